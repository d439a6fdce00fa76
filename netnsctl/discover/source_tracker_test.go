package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestTracker: the kernel's tracker tells of a namespace that nothing else leads to, and by which
// calls its references were taken.
func TestTracker(t *testing.T) {
	const tun = `net_refcnt@ffff8880222c0148 has 1/3 users at
     sk_alloc+0x1af/0x350
     tun_chr_open+0x7a/0x510
     misc_open+0x315/0x390
     entry_SYSCALL_64_after_hwframe+0x6d/0x75

net_refcnt@ffff8880222c0148 has 1/3 users at
     sk_alloc+0x2b3/0x370
     inet_create+0x6ce/0x10f0
     __sock_create+0x4c0/0xa30
     generic_ip_connect.part.0+0x2b/0x40 [cifs]

net_refcnt@ffff8880222c0148 skipped reports about 1/3 users.
`
	dir := nstest.Tree(t, map[string]string{
		"net_refcnt@ffff8880222c0148":     tun,
		"netns-2a-4026532177-refcnt":      "-> net_refcnt@ffff8880222c0148",
		"netns-2a-4026532177-notrefcnt":   tun,
		"netns-2b-4026532178-refcnt":      "", // torn down
		"netns-2c-4026532179-refcnt":      tun,
		"netns-2d-4026532180-refcnt":      "net_refcnt@ffff8880222c0148 has 2/2 users at\n     xyz_open+0x1/0x2\n",
		"netns-2e-x-refcnt":               tun,
		"netdev@ffff8880085f95a8":         tun,
		"netns-2f-99999999999-refcnt":     tun,
		"netns-g-4026532181-refcnt":       tun,
		"dst@ffff888004d0c5a8":            tun,
		"netns-30-4026532182-refcnt-more": tun,
	})
	v := recorded(t, nil)
	v.nets = map[uint64]bool{4026532179: true} // which has other pins
	details := map[uint64]string{}
	for _, s := range v.tracked(dir) {
		details[s.ID.Ino] = s.Pin.Detail
		if s.Pin.Kind != Invisible || s.ID.Dev != v.own.Dev || s.ID.Ino == 4026532177 && s.Cookie != 0x2a {
			t.Errorf("%+v", s)
		}
	}
	want := map[uint64]string{
		4026532177: "a tun/tap descriptor (tun_chr_open), a client of SMB (generic_ip_connect)",
		4026532180: "the kernel (xyz_open)",
	}
	for ino, detail := range want {
		if details[ino] != detail {
			t.Errorf("%d: %q, not %q", ino, details[ino], detail)
		}
	}
	if len(details) != len(want) {
		t.Errorf("%v", details)
	}
	if seen := v.tracked(dir + "/none"); len(seen) > 0 {
		t.Errorf("without the tracker: %v", seen)
	}
}

// TestTrackedPin: what the tracker tells is said.
func TestTrackedPin(t *testing.T) {
	p := Pin{Kind: Invisible, FD: -1, Detail: "a client of SMB (generic_ip_connect)"}
	if got := p.String(); got != "a client of SMB (generic_ip_connect)" {
		t.Error(got)
	}
}
