package discover

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// addFileSystems adds the file systems in a table that hold a network namespace, each with one of
// its mounts.
func (v *vantage) addFileSystems(m *mountns.Namespace, t *mountinfo.Table, account *budget.Account) error {
	for _, row := range t.Networked {
		known := v.fileSystems[row.Dev]
		if known != nil && (known.Mount.Host || m.Ino != v.hostMounts) {
			continue
		}
		v.fileSystems[row.Dev] = &Pin{Kind: FileSystem, FD: -1, Detail: row.FSType, key: deviceKey(row.Dev), Mount: &Mount{
			Namespace: m.Ino, ID: uint64(row.ID), Path: row.Point, ParentID: uint64(row.Parent), Far: row.Far,
			Through: m.Member(), Host: m.Ino == v.hostMounts, Own: m.Ino == v.ownMounts,
		}}
		if err := account.Spend(budget.Amount{Kept: pinSize + len(row.Point)}); err != nil {
			return err
		}
	}
	return nil
}

// addDetached adds a file system that only the detached tree of a descriptor has.
func (v *vantage) addDetached(row mountinfo.Row, f openFile) {
	if v.fileSystems[row.Dev] == nil {
		p := f.pin(FileSystem)
		p.Detail, p.key = row.FSType, deviceKey(row.Dev)
		v.fileSystems[row.Dev] = &p
	}
}

// deviceKey is the number of a device as mountinfo has it, "0:47".
func deviceKey(dev string) uint64 {
	major, minor, _ := strings.Cut(dev, ":")
	a, _ := strconv.ParseUint(major, 10, 32)
	b, _ := strconv.ParseUint(minor, 10, 32)
	return a<<32 | b
}

// fileSystems sees the mounted file systems that hold a network namespace. NFS lists its
// superblocks in a file of the namespace: where nothing leads there any more, an earlier scan
// tells. Others tell nothing: to make such a file system in
// a namespace gives the one that is there, but where none is there, its end may stop a server
// (nfsd_umount in the kernel's fs/nfsd/nfsctl.c).
func fileSystems(v *vantage) (seen []sighting, gaps []Gap) {
	if v.opts.IdentityOnly || len(v.fileSystems) == 0 {
		return nil, nil
	}
	nets, told := v.volumes()
	for _, dev := range slices.Sorted(maps.Keys(v.fileSystems)) {
		p := v.fileSystems[dev]
		id, known := nets[dev]
		if !known && told {
			id, known = v.remembered[blindPin{FileSystem, p.key}]
		}
		switch {
		case known:
			seen = append(seen, sighting{Identity: id, Pin: *p})
		case told && p.isNFS() && v.wasUnmounted(p.Mount, dev):
		case told && p.isNFS():
			seen = append(seen, sighting{NSID: v.unknownNumber(), Pin: *p})
		case p.Mount == nil:
			gaps = append(gaps, Gap{What: GapFileSystems, Count: 1, PID: p.PID, Path: "/"})
		case !p.Mount.isUsual():
			gaps = append(gaps, Gap{What: GapFileSystems, Count: 1, PID: p.Mount.Through, MountNamespace: p.Mount.Namespace, Path: p.Mount.Path})
		}
	}
	return seen, gaps
}

func (p Pin) isNFS() bool { return p.Detail == "nfs" || p.Detail == "nfs4" }

// isUsual reports whether a file system is mounted where the host has its own.
func (m *Mount) isUsual() bool {
	return m.Host && slices.Contains([]string{"/proc/fs/nfsd", "/run/rpc_pipefs", "/var/lib/nfs/rpc_pipefs"}, m.Path)
}

// wasUnmounted reports whether a file system is no longer mounted in our mount namespace, where it
// was: automounts come and go.
func (v *vantage) wasUnmounted(m *Mount, dev string) bool {
	if m == nil || !m.Own {
		return false
	}
	t, err := mountns.Own(v.fs.Root())
	return err == nil && !slices.ContainsFunc(t.Networked, func(row mountinfo.Row) bool { return row.Dev == dev })
}

// volumes are the network namespaces of the superblocks of NFS, by their device. all reports
// whether a superblock that is missing is of a namespace to which nothing else leads.
func (v *vantage) volumes() (nets map[string]netnsctl.Identity, all bool) {
	missing := map[string]bool{}
	for dev, p := range v.fileSystems {
		if p.isNFS() {
			missing[dev] = true
		}
	}
	if len(missing) == 0 {
		return nil, false
	}
	nets = map[string]netnsctl.Identity{}
	v.eachInside(gather(v.seen), func(ns *Namespace) bool {
		text, err := sys.ReadFile(v.fs.Root() + "/thread-self/net/nfsfs/volumes")
		all = all || err == nil
		for line := range bytes.Lines(text) {
			if dev := volumeDevice(line); missing[dev] {
				nets[dev] = ns.Identity
				delete(missing, dev)
			}
		}
		return len(missing) > 0
	})
	return nets, all
}

// volumeDevice reads the device from a line of /proc/net/nfsfs/volumes (nfs_volume_list_show in
// the kernel's fs/nfs/client.c):
//
//	NV SERVER   PORT DEV          FSID                              FSC
//	v4 0a090901  801 0:47         0:0                               no
func volumeDevice(line []byte) string {
	f := bytes.Fields(line)
	if len(f) < 4 {
		return ""
	}
	return string(f[3])
}
