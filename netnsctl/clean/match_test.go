package clean_test

import (
	"errors"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/clean"
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
		{name: "the root", match: "/", want: ""},
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

// TestBadPattern: a glob that is none, or that a variable without a value has left, is an error.
func TestBadPattern(t *testing.T) {
	for _, glob := range []string{"", "cni-[", `a\`, "net:[1"} {
		for _, req := range []clean.Request{{Match: []string{"*", glob}}, {Exclude: []string{glob}}} {
			_, err := clean.Make(newWorld().snap, req)
			if bad, ok := errors.AsType[*clean.PatternError](err); !ok || bad.Pattern != glob {
				t.Errorf("%+v: %v", req, err)
			}
		}
	}
}
