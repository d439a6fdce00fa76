package keep

import (
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/glob"
)

func TestFind(t *testing.T) {
	vpn := Subject{Names: []string{"vpn-1"}, Paths: []string{"/run/netns/vpn-1"}}
	mounted := Subject{Paths: []string{"/srv/ns/a"}}
	elsewhere := Subject{Elsewhere: []string{"/run/user/1000/netns"}, Users: []string{"alice", "1000"}}
	owned := Subject{Owners: []string{"docker", "openvpn@home.service", "f00d", "web", "kube-system/dns"}}
	for _, test := range []struct {
		line    string
		subject Subject
		want    bool
	}{
		{"vpn-1", vpn, true},
		{"  vpn-*\t# the VPN", vpn, true},
		{"vpn-*\r", vpn, true},
		{"vpn", vpn, false},
		{"VPN-1", vpn, false},
		{"/run/netns/vpn-1", vpn, true},
		{"/var/run/netns/", vpn, true},
		{"*", mounted, false},
		{"/srv/ns", mounted, true},
		{"/srv//ns/../ns/a", mounted, true},
		{"/*", mounted, true},
		{"anywhere:/srv/ns/a", mounted, true},
		// A path is one of pid 1's mount namespace unless the line says otherwise: in a mount
		// namespace of his own anybody can have it.
		{"/run/user/1000/netns", elsewhere, false},
		{"/*", elsewhere, false},
		{"anywhere:/run/user/*/netns", elsewhere, true},
		{"user:alice", elsewhere, true},
		{"user: 1000", elsewhere, true},
		{"user:*", elsewhere, true},
		{"user:*", vpn, false},
		{"owner:docker", owned, true},
		{"owner:openvpn@*", owned, true},
		{"owner:web", owned, true},
		{"owner:kube-system/*", owned, true},
		{"owner:*ube", owned, false},
		{"docker", owned, false},
		{"a#b", Subject{Names: []string{"a#b"}}, true},
		{`\#b`, Subject{Names: []string{"#b"}}, true},
		{"a b", Subject{Names: []string{"a b"}}, true},
	} {
		rules, problems := parse("f", "\n# nothing\n"+test.line)
		if len(rules) != 1 || len(problems) > 0 {
			t.Errorf("%q: %+v, %+v", test.line, rules, problems)
		} else if got := rules.Find(test.subject); (got == "f:3") != test.want || got != "f:3" && got != "" {
			t.Errorf("%q: %q", test.line, got)
		}
	}
}

// TestFirst: the first line that matches is told.
func TestFirst(t *testing.T) {
	rules, _ := parse("f", "a\n/run/netns/b\nb\n")
	if got := rules.Find(Subject{Names: []string{"b"}, Paths: []string{"/run/netns/b"}}); got != "f:2" {
		t.Error(got)
	}
	if !rules.Uses(Path) || rules.Uses(Owner) {
		t.Error("the fields in use")
	}
}

func TestProblems(t *testing.T) {
	for line, why := range map[string]string{
		"a[":                 "not a valid glob",
		`a\`:                 "not a valid glob",
		"/srv/[":             "not a valid glob",
		"owner:":             "not a valid glob",
		"user:   # who?":     "not a valid glob",
		"a\x00":              "not a valid glob",
		"srv/ns":             "a path begins with /",
		"./a":                "a path begins with /",
		"/":                  "for every path give /*",
		"anywhere:/a/..":     "for every path give /*",
		"anywhere:srv":       "a path begins with /",
		"net:[4026532177]":   "the kernel uses the number of a namespace again",
		"user:root":          "the user must be an ordinary one",
		"user:0 # the host?": "the user must be an ordinary one",
	} {
		rules, problems := parse("f", "good\n"+line+"\ngood\n")
		if len(problems) != 1 || problems[0].Place != "f:2" || !strings.HasPrefix(problems[0].Why, why) {
			t.Errorf("%q: %+v", line, problems)
		}
		if len(rules) != 2 || rules[1].Place != "f:3" {
			t.Errorf("%q: %+v", line, rules)
		}
	}
}

// FuzzParse: each line is a rule with a valid glob, a problem or nothing, and the lines before it do
// not change what it is.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"a\n#b\n\n/c d # e", "anywhere:/x/[a-", "owner:\x00", "user:\t*", "/a\\/../[x/]", "/\\/", "\xff\r\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rules, problems := parse("f", text)
		if lines := strings.Count(text, "\n") + 1; len(rules)+len(problems) > lines {
			t.Errorf("%d rules and %d problems in %d lines", len(rules), len(problems), lines)
		}
		for _, r := range rules {
			if !glob.Valid(r.glob) {
				t.Errorf("%s: %q", r.Place, r.glob)
			}
		}
		later, laterProblems := parse("f", "first\n"+text)
		if len(later) != len(rules)+1 || len(laterProblems) != len(problems) {
			t.Errorf("%d rules and %d problems after another line, %d and %d before", len(later)-1, len(laterProblems), len(rules), len(problems))
		}
	})
}
