package glob_test

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/glob"
)

func TestMatchPath(t *testing.T) {
	for _, test := range []struct {
		glob, file string
		want       bool
	}{
		{"/srv/ns/a", "/srv/ns/a", true},
		{"/srv/ns", "/srv/ns/a/b", true},
		{"/srv/ns/", "/srv/ns/a", true},
		{"/srv/n", "/srv/ns/a", false},
		{"/srv/ns/a/b", "/srv/ns/a", false},
		{"/srv/*", "/srv/ns/a", true},
		{"/srv/*/a", "/srv/ns/a", true},
		{"/srv/*/a", "/srv/ns/b/a", false},
		{"/srv/**/a", "/srv/ns/b/a", false},
		{"/var/run/netns/*", "/run/netns/a", true},
		{"/run/netns/*", "/var/run/netns/a", false},
		{"/var/run", "/run/netns/a", true},
		{"/var/runs", "/runs/a", false},
		{"//srv//ns/./a", "/srv/ns/a", true},
		{"/srv/[a]", "/srv/[a]", true},
		{"/srv/[a]", "/srv/a/b", true},
		{"/", "/srv", false},
		{"/*", "/srv/ns", true},
		{"srv", "/srv", false},
		{"*", "", true},
	} {
		if got := glob.MatchPath(test.glob, test.file); got != test.want {
			t.Errorf("%s, %s: %v", test.glob, test.file, got)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		glob, word string
		want       bool
	}{
		{"cni-*", "cni-1", true},
		{"cni-*", "xcni-1", false},
		{"net:[4026532177]", "net:[4026532177]", true},
		{"*", "a/b", false},
		{`\#a`, "#a", true},
	} {
		if got := glob.Match(test.glob, test.word); got != test.want {
			t.Errorf("%s, %s: %v", test.glob, test.word, got)
		}
	}
	for _, invalid := range []string{"", "a[", `a\`, "[]a]", "[-]"} {
		if glob.Valid(invalid) {
			t.Errorf("%q is valid", invalid)
		}
	}
}
