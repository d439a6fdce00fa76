package discover

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// trackerDir has what the kernel notes of the references to each network namespace, where it does
// (CONFIG_NET_NS_REFCNT_TRACKER), in files such as netns-2a-4026532177-refcnt: the cookie in
// hexadecimal, and the inode number (net_ns_net_debugfs in net/core/net_namespace.c, Linux 6.17).
const trackerDir = "/sys/kernel/debug/ref_tracker"

// tracker sees the namespaces that no other source sees, and what holds them, by that. Outside the
// initial pid namespace it may have those of processes that we cannot see.
func tracker(v *vantage) (seen []sighting, gaps []Gap) {
	if !v.allPIDs {
		return nil, nil
	}
	return v.tracked(trackerDir), nil
}

func (v *vantage) tracked(dir string) (seen []sighting) {
	names, _ := sys.Names(dir)
	for _, name := range names {
		cookie, ino, ok := parseTrackerName(name)
		if !ok || v.nets[ino] {
			continue
		}
		text, _ := sys.ReadFile(dir + "/" + name)
		holders := trackedHolders(text)
		if len(holders) == 0 {
			continue // it is being torn down
		}
		s := v.sighting(ino, Pin{Kind: Invisible, FD: -1, Detail: strings.Join(holders, ", ")})
		s.Cookie = cookie
		seen = append(seen, s)
	}
	return seen
}

// parseTrackerName reads the name of a file of references that keep a namespace alive. Those that
// do not are in one that ends with -notrefcnt.
func parseTrackerName(name string) (cookie, ino uint64, ok bool) {
	rest, is := strings.CutPrefix(name, "netns-")
	rest, counts := strings.CutSuffix(rest, "-refcnt")
	first, last, _ := strings.Cut(rest, "-")
	cookie, err := strconv.ParseUint(first, 16, 64)
	ino, inoErr := strconv.ParseUint(last, 10, 32)
	return cookie, ino, is && counts && err == nil && inoErr == nil
}

// trackedHolders are those of a file of the tracker, in words, each once. For each stack of calls
// that has taken references there are a line and the calls, the innermost one first
// (lib/ref_tracker.c):
//
//	net_refcnt@ffff8880222c0148 has 1/2 users at
//	     sk_alloc+0x1af/0x350
//	     tun_chr_open+0x7a/0x510
func trackedHolders(text []byte) (holders []string) {
	var calls []string
	add := func() {
		if holder := trackedHolder(calls); holder != "" && !slices.Contains(holders, holder) {
			holders = append(holders, holder)
		}
		calls = nil
	}
	for line := range bytes.Lines(text) {
		call, _, isCall := strings.Cut(strings.TrimSpace(string(line)), "+0x")
		switch {
		case isCall:
			call, _, _ = strings.Cut(call, ".") // .part.0, .isra.0
			calls = append(calls, call)
		case bytes.Contains(line, []byte(" users at")):
			add()
		}
	}
	add()
	return holders
}

// trackedHolder is what the outermost call that is known says, as the inner ones serve many. Where
// none is known it is the innermost one.
func trackedHolder(calls []string) string {
	for _, call := range slices.Backward(calls) {
		if holder := trackedCalls[call]; holder != "" {
			return holder + " (" + call + ")"
		}
	}
	if len(calls) == 0 {
		return ""
	}
	return "the kernel (" + calls[0] + ")"
}

// trackedCalls are what holds a namespace, by the functions of the kernel that take the reference:
// callers of get_net_track, netns_tracker_alloc and sk_net_refcnt_upgrade.
var trackedCalls = map[string]string{
	"sk_alloc":                    "a socket",                           // net/core/sock.c
	"sk_clone":                    "an accepted connection",             // net/core/sock.c
	"sk_clone_lock":               "an accepted connection",             // net/core/sock.c
	"inet_create":                 "an IPv4 socket",                     // net/ipv4/af_inet.c
	"inet6_create":                "an IPv6 socket",                     // net/ipv6/af_inet6.c
	"unix_create1":                "a unix socket",                      // net/unix/af_unix.c
	"__netlink_create":            "a netlink socket",                   // net/netlink/af_netlink.c
	"packet_create":               "a packet socket",                    // net/packet/af_packet.c
	"tun_chr_open":                "a tun/tap descriptor",               // drivers/net/tun.c
	"tap_open":                    "a macvtap or ipvtap descriptor",     // drivers/net/tap.c
	"seq_open_net":                "an open file of /proc/net",          // fs/proc/proc_net.c
	"xs_create_sock":              "a client of NFS or other RPC",       // net/sunrpc/xprtsock.c
	"xprt_alloc":                  "a client of NFS or other RPC",       // net/sunrpc/xprt.c
	"nfs_alloc_client":            "a client of NFS",                    // fs/nfs/client.c
	"svc_create_socket":           "a server of NFS or other RPC",       // net/sunrpc/svcsock.c
	"svc_xprt_init":               "a server of NFS or other RPC",       // net/sunrpc/svc_xprt.c
	"generic_ip_connect":          "a client of SMB",                    // fs/smb/client/connect.c
	"cifs_get_tcp_session":        "a client of SMB",                    // fs/smb/client/connect.c
	"nvme_tcp_alloc_queue":        "NVMe over TCP",                      // drivers/nvme/host/tcp.c
	"rds_tcp_tune":                "RDS over TCP",                       // net/rds/tcp.c
	"smc_create_clcsk":            "a socket of SMC",                    // net/smc/af_smc.c
	"mptcp_subflow_create_socket": "a subflow of MPTCP",                 // net/mptcp/subflow.c
	"bpf_nf_link_attach":          "a netfilter link of BPF",            // net/netfilter/nf_bpf_link.c
	"vhost_vsock_dev_open":        "a descriptor of /dev/vhost-vsock",   // drivers/vhost/vsock.c
	"ppp_register_net_channel":    "a channel of PPP",                   // drivers/net/ppp/ppp_generic.c
	"auditd_set":                  "the connection of the audit daemon", // kernel/audit.c
}
