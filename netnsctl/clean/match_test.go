package clean_test

import (
	"errors"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestMatch: globs narrow the plan and the targets, and what they leave out is not skipped.
func TestMatch(t *testing.T) {
	const all = "remove dead\nrelease net:[100]"
	for _, c := range []struct {
		name           string
		match, exclude string // separated by commas
		targets        string
		change         func(w world)
		want           string
	}{
		{name: "all", match: "*", want: all},
		{name: "a name", match: "de*", want: "remove dead"},
		{name: "the whole name", match: "ead", want: ""},
		{name: "the path of a name", match: "/run/netns/d*", want: "remove dead"},
		{name: "its directory, by a link", match: "/var/run/netns/", want: "remove dead"},
		{name: "an ID, whose brackets are no class", match: "net:[100]", want: "release net:[100]"},
		{name: "all IDs", match: "net:*", want: "release net:[100]"},
		{name: "a mount", match: "/run/*/ns", want: "release net:[100]"},
		{name: "an asterisk matches no slash", match: "/*/ns", want: ""},
		{name: "a directory", match: "/run/c", want: "release net:[100]"},
		{name: "a path that is not clean", match: "//run/./netns//dead/", want: "remove dead"},
		{name: "a covered mount", match: "/run/c/ns", want: "", change: func(w world) { w.mount.Covered = true }},
		{name: "all but a covered mount", exclude: "/run/c/ns", want: "remove dead", change: func(w world) { w.mount.Covered = true }},
		{name: "a mount that a user made", match: "/run/c/ns", want: "", change: func(w world) { w.orphan.Pins[0].UID = 1000 }},
		{name: "what is that user's", match: "/run/c/ns", want: "release net:[100]", change: func(w world) { w.orphan.Pins[0].UID, w.orphan.UID = 1000, 1000 }},
		{name: "a name does not go by another mount", targets: "dead,vpn", match: "/run/c/*", want: "", change: world.mountVPN},
		{name: "but stays by one", targets: "dead,vpn", exclude: "/run/c/*", want: "remove dead", change: world.mountVPN},
		{name: "two", match: "nothing,dead", want: "remove dead"},
		{name: "but not", match: "*", exclude: "d*", want: "release net:[100]"},
		{name: "all but a mount", exclude: "/run/c/*", want: "remove dead"},
		{name: "nothing", exclude: "*", want: ""},
		{name: "targets", targets: "dead,vpn", exclude: "v*", want: "remove dead"},
		{name: "targets, by the ID", targets: "dead,vpn", match: "net:[200]", want: "remove vpn"},
		{name: "a missing target stays missing", targets: "gone", exclude: "*", want: "missing gone"},
		{
			name: "what is skipped", exclude: "net:*", want: "skip dead: its file is open, but no descriptor of it was found, unless named",
			change: func(w world) { w.dead.Open, w.orphan.Unlisted = true, true },
		},
		{
			name: "a namespace that would end with a dead file", exclude: "net:[100]", change: world.copy,
			want: "skip dead: net:[100] is mounted on its file at /run/c/ns in mnt:[50] of pid 812, release net:[100]",
		},
	} {
		w := newWorld()
		if c.change != nil {
			c.change(w)
		}
		got := decideOn(w.snap, clean.Request{
			Targets: splitTargets(c.targets), Match: splitTargets(c.match), Exclude: splitTargets(c.exclude),
		})
		if got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// mountVPN adds a mount of the namespace of vpn in another mount namespace.
func (w world) mountVPN() {
	w.idle.Pins = append(w.idle.Pins, discover.Pin{Kind: discover.MountPin, Mount: &discover.Mount{Namespace: 50, Path: "/run/c/ns"}})
}

// TestBadPattern: a glob that is none, that a variable without a value has left, or that can match
// nothing, is an error.
func TestBadPattern(t *testing.T) {
	for _, glob := range []string{"", "cni-[", `a\`, "net:[1", "/", "//", "run/netns/vpn", "./vpn", "vpn*/"} {
		for _, req := range []clean.Request{{Match: []string{"*", glob}}, {Exclude: []string{glob}}} {
			_, err := clean.Make(newWorld().snap, req)
			if bad, ok := errors.AsType[*clean.PatternError](err); !ok || bad.Pattern != glob {
				t.Errorf("%+v: %v", req, err)
			}
		}
	}
}
