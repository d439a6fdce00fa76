package netnsctl_test

import (
	"errors"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

func TestSame(t *testing.T) {
	id, other := netnsctl.ID{Dev: 4, Ino: 100}, netnsctl.ID{Dev: 4, Ino: 200}
	for _, c := range []struct {
		name       string
		a, b       netnsctl.Identity
		same, sure bool
	}{
		{name: "equal", a: netnsctl.Identity{ID: id, Cookie: 7}, b: netnsctl.Identity{ID: id, Cookie: 7}, same: true, sure: true},
		{name: "the number is used again", a: netnsctl.Identity{ID: id, Cookie: 7}, b: netnsctl.Identity{ID: id, Cookie: 8}, sure: true},
		{name: "the cookie decides", a: netnsctl.Identity{Cookie: 7}, b: netnsctl.Identity{ID: id, Cookie: 7}, same: true, sure: true},
		{name: "one cookie is missing", a: netnsctl.Identity{ID: id, Cookie: 7}, b: netnsctl.Identity{ID: id}, same: true},
		{name: "no cookies", a: netnsctl.Identity{ID: id}, b: netnsctl.Identity{ID: id}, same: true},
		{name: "other numbers", a: netnsctl.Identity{ID: id}, b: netnsctl.Identity{ID: other, Cookie: 8}, sure: true},
		{name: "nothing is known of one", a: netnsctl.Identity{ID: id, Cookie: 7}},
		{name: "nothing is known of both"},
	} {
		for _, pair := range [][2]netnsctl.Identity{{c.a, c.b}, {c.b, c.a}} {
			if same, sure := pair[0].Same(pair[1]); same != c.same || sure != c.sure {
				t.Errorf("%s: same %v, sure %v", c.name, same, sure)
			}
		}
	}
}

func TestIdentity(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{}
		nstest.Must(t, h.Add("x"))
		before, err := h.Identity("x")
		nstest.Must(t, err)
		tracked := netnsctl.Track(before)
		if gone, known := tracked.Gone(); known && gone {
			t.Error("a namespace with a name has gone")
		}
		nstest.Must(t, h.Attach("y", "/run/netns/x"))
		if again, err := h.Identity("y"); err != nil || again != before {
			t.Errorf("two names of one namespace: %+v and %+v, %v", before, again, err)
		}
		nstest.Must(t, h.Delete("x"))
		nstest.Must(t, h.Add("x"))
		after, err := h.Identity("x")
		nstest.Must(t, err)
		if same, _ := before.Same(after); same {
			t.Errorf("a namespace that was made again is the same: %+v", after)
		}
	})
}

func TestIdentityOfNothing(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, "mkdir -p /run/netns; : >/run/netns/empty; : >/run/netns/uts; mount --bind /proc/self/ns/uts /run/netns/uts")
		for name, want := range map[string]error{"none": syscall.ENOENT, "empty": syscall.EINVAL, "uts": syscall.EINVAL} {
			if _, err := (netnsctl.Host{}).Identity(name); !errors.Is(err, want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
