package keep

import (
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/glob"
)

func TestFind(t *testing.T) {
	vpn := Subject{Names: []string{"vpn-1"}, Paths: []string{"/run/netns/vpn-1"}}
	mounted := Subject{Paths: []string{"/srv/ns/a"}}
	elsewhere := Subject{Paths: []string{"/run/user/1000/dockerd-rootless/netns"}, Users: []string{"alice", "1000"}}
	owned := Subject{Owners: []string{"docker", "openvpn@home.service", "f00d", "web", "kube-system/dns"}, Command: "sleep"}
	for _, test := range []struct {
		line    string
		subject Subject
		want    bool
	}{
		{"vpn-1", vpn, true},
		{"  vpn-*\t# the VPN", vpn, true},
		{"vpn-*\r", vpn, true},
		{"vpn", vpn, false},
		{"*", Subject{}, false},
		{"owner:*", Subject{Owners: []string{""}}, false},
		{"VPN-1", vpn, false},
		{"/run/netns/vpn-1", vpn, true},
		{"/var/run/netns/", vpn, true},
		{"*", mounted, false},
		{"/srv/ns", mounted, true},
		{"/srv//ns/../ns/a", mounted, true},
		{"/*", mounted, true},
		{"/run/user/*/dockerd-rootless", elsewhere, true},
		{"/dockerd-rootless/netns", elsewhere, false},
		{"dockerd-rootless/netns", elsewhere, true},
		{"*/dockerd-rootless/netns", elsewhere, true},
		{"*/dockerd-*/", elsewhere, true},
		{"rootless/netns", elsewhere, false},
		{"run/user", elsewhere, true},
		{"netns", elsewhere, false},
		{"name:vpn-*", vpn, true},
		{"name:docker", owned, false},
		{"user:alice", elsewhere, true},
		{"user: 1000", elsewhere, true},
		{"user:*", elsewhere, true},
		{"user:*", vpn, false},
		{"owner:docker", owned, true},
		{"owner:openvpn@*", owned, true},
		{"owner:web", owned, true},
		{"owner:kube-system/*", owned, true},
		{"owner:*ube", owned, false},
		{"docker", owned, true},
		{"openvpn@*", owned, true},
		// Every process chooses its command.
		{"sleep", owned, false},
		{"owner:sleep", owned, true},
		{"a#b", Subject{Names: []string{"a#b"}}, true},
		{`\#b`, Subject{Names: []string{"#b"}}, true},
		{"a?b", Subject{Names: []string{"a b"}}, true},
		{`\!a`, Subject{Names: []string{"!a"}}, true},
		{"name:web:1", Subject{Names: []string{"web:1"}}, true},
		{"/srv/**", mounted, true},
	} {
		rules, problems := parse("f", "\n# nothing\n"+test.line)
		if len(rules) != 1 || len(problems) > 0 {
			t.Errorf("%q: %+v, %+v", test.line, rules, problems)
		} else if got := rules.Place(rules.First(test.subject)); (got == "f:3") != test.want || got != "f:3" && got != "" {
			t.Errorf("%q: %q", test.line, got)
		}
	}
}

// TestFirst: the first line that matches is told.
func TestFirst(t *testing.T) {
	rules, _ := parse("f", "a\n/run/netns/b\nb\n")
	if got := rules.Place(rules.First(Subject{Names: []string{"b"}, Paths: []string{"/run/netns/b"}})); got != "f:2" {
		t.Error(got)
	}
	if !rules.Uses(Path) || rules.Uses(Owner) {
		t.Error("the fields in use")
	}
}

// TestByteOrderMark: it is no part of the first line.
func TestByteOrderMark(t *testing.T) {
	rules, problems := parse("f", "\ufeffvpn\n")
	if len(problems) > 0 || rules.Place(rules.First(Subject{Names: []string{"vpn"}})) != "f:1" {
		t.Errorf("%+v, %+v", rules, problems)
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
		"blue lab":           "one glob a line",
		"blue; rm":           "one glob a line",
		`"blue"`:             "one glob a line",
		"cni-{a,b}":          "one glob a line",
		"/srv/my ns":         "one glob a line",
		"!blue":              "no line can take back another one",
		"/srv/**/x":          "** is for the end of a path only",
		"vpn**":              "** is for the end of a path only",
		"path:/srv":          "neither name: nor owner: nor user:",
		"unit:a.service":     "neither name: nor owner: nor user:",
		"web:1":              "neither name: nor owner: nor user:",
		"Owner:web":          "neither name: nor owner: nor user:",
		"./a":                "not an absolute path",
		"../a/b":             "not an absolute path",
		"name:a/b":           "not a name",
		"name:net:[4]":       "the kernel uses the number of a namespace again",
		"/":                  "for every path give /*",
		"/a/..":              "for every path give /*",
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
	for _, text := range []string{"a\n#b\n\n/c d # e", "name:/x/[a-", "x/[a-", "owner:\x00", "user:\t*", "/a\\/../[x/]", "/\\/", "\xff\r\n"} {
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
