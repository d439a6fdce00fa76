package netnsctl_test

import (
	"errors"
	"strings"
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

func TestParseIno(t *testing.T) {
	for text, want := range map[string]uint64{
		"net:[4026531840]": 4026531840, "4026531840": 4026531840, "1": 1, "net:[18446744073709551615]": 1<<64 - 1,
	} {
		if got, ok := netnsctl.ParseIno(text); !ok || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "0", "net:[0]", "net:[]", "net:[1", "net:1]", "net:1", "mnt:[1]", "[1]", "-1", "+1", "0x1", "1 ", " 1", "1_0",
		"net:[-1]", "net:[1]]", "net:[net:[1]]", "18446744073709551616", "x",
	} {
		if got, ok := netnsctl.ParseIno(text); ok {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}

// FuzzParseIno: what is understood is the ID's own text, or its number.
func FuzzParseIno(f *testing.F) {
	for _, seed := range []string{"net:[4026531840]", "1", "", "net:[", "net:[01]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ino, ok := netnsctl.ParseIno(text)
		if !ok {
			return
		}
		again, ok := netnsctl.ParseIno(netnsctl.ID{Ino: ino}.String())
		if !ok || again != ino {
			t.Errorf("%q is %d, whose text is %d", text, ino, again)
		}
		if strings.Trim(text, "net:[]0123456789") != "" {
			t.Errorf("%q is taken for %d", text, ino)
		}
	})
}
