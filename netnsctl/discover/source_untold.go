package discover

import (
	"bytes"
	"os"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// untold sees the files that hold a namespace, or may hold one, and do not tell which: nearly
// always it is that of their process. So they are gaps, and no pins of a namespace:
//
//   - a mount context (fsopen(2)) holds the namespace of the thread that opened it, whatever the
//     file system (alloc_fs_context in the kernel's fs/fs_context.c);
//   - a link of BPF to a netfilter hook holds the namespace of the hook (bpf_nf_link_attach in
//     net/netfilter/nf_bpf_link.c), also where it is only pinned in a bpffs. Links to a namespace
//     (flow dissector, sk_lookup) and to a device (tcx, XDP, netkit) hold none: they end with it;
//   - an iterator of BPF holds the namespace of the thread that opened it if it is over sockets or
//     routes (bpf_iter_init_seq_net in fs/proc/proc_net.c);
//   - some devices hold one: see [untoldDevices].
func untold(v *vantage) (seen []sighting, gaps []Gap) {
	if v.opts.IdentityOnly {
		return nil, nil
	}
	l := untoldLook{v: v, links: map[uint32]bool{}}
	for _, f := range v.classFiles(mountContext, bpfLink, bpfIterator, untoldDevice) {
		switch f.class {
		case mountContext:
			l.add(GapMountContexts, f.pid, "")
		case bpfIterator:
			l.add(GapBPFIterators, f.pid, "")
		case untoldDevice:
			l.add(GapUntoldDevices, f.pid, v.untoldDevices[f.id])
		case bpfLink:
			kind, id := parseLinkInfo(v.fs.FDInfo(f.pid, f.tid, f.fd))
			if l.links[id] = true; kind == netfilterLink {
				l.add(GapBPFLinks, f.pid, "")
			}
		}
	}
	if v.allPIDs {
		l.pinnedLinks()
	}
	return nil, l.gaps
}

// untoldLook is what [untold] has seen.
type untoldLook struct {
	v     *vantage
	links map[uint32]bool // that have a descriptor
	gaps  []Gap
}

// add counts a file of a process. The files of one process come one after the other.
func (l *untoldLook) add(what string, pid int, path string) {
	for i := len(l.gaps) - 1; i >= 0 && l.gaps[i].PID == pid; i-- {
		if g := &l.gaps[i]; g.What == what && g.Path == path {
			g.Count++
			return
		}
	}
	l.gaps = append(l.gaps, Gap{What: what, Count: 1, PID: pid, Path: path})
}

// maxLinks bounds how many links of BPF are opened.
const maxLinks = 4096

// pinnedLinks finds the netfilter links that no descriptor leads to: only files of a bpffs do.
func (l *untoldLook) pinnedLinks() {
	var id uint32
	for range maxLinks {
		var err error
		if id, err = sys.NextBPFLink(id); err != nil {
			return
		}
		if l.links[id] {
			continue
		}
		fd, err := sys.OpenBPFLink(id)
		if err != nil {
			continue // it has ended meanwhile
		}
		kind, _ := parseLinkInfo(l.v.fs.FDInfo(os.Getpid(), 0, fd))
		sys.Close(fd)
		if kind == netfilterLink {
			l.add(GapBPFLinks, 0, "")
		}
	}
}

const netfilterLink = "netfilter"

// parseLinkInfo reads the type and the identifier of a link of BPF from its fdinfo:
//
//	link_type:	netfilter
//	link_id:	104
func parseLinkInfo(fdinfo []byte) (kind string, id uint32) {
	for line := range bytes.Lines(fdinfo) {
		key, value, _ := strings.Cut(strings.TrimSpace(string(line)), ":\t")
		switch key {
		case "link_type":
			kind = value
		case "link_id":
			n, _ := strconv.ParseUint(value, 10, 32)
			id = uint32(n)
		}
	}
	return kind, id
}

// untoldDevices are the paths of the devices by which a process may hold a namespace, by their
// number:
//
//   - /dev/vhost-net holds the socket, or the tap, that it was given (vhost_net_set_backend in the
//     kernel's drivers/vhost/net.c), also where the process has closed that;
//   - /dev/vhost-vsock holds the namespace of the thread that opened it (vhost_vsock_dev_open in
//     drivers/vhost/vsock.c; in Linux 7.3, not in 5.10);
//   - /dev/ppp may hold a channel (ppp_register_net_channel in drivers/net/ppp/ppp_generic.c);
//   - /dev/infiniband/rdma_cm may have identifiers (__rdma_create_id in
//     drivers/infiniband/core/cma.c).
func untoldDevices(fs *procfs.FS) map[uint64]string {
	const pppMajor = 108 // include/uapi/linux/major.h
	devices := map[uint64]string{sys.DeviceNumber(pppMajor, 0): "/dev/ppp"}
	misc := fs.MiscDevices()
	for name, path := range map[string]string{
		"vhost-net": "/dev/vhost-net", "vhost-vsock": "/dev/vhost-vsock", "rdma_cm": "/dev/infiniband/rdma_cm",
	} {
		if number, ok := misc[name]; ok {
			devices[number] = path
		}
	}
	return devices
}
