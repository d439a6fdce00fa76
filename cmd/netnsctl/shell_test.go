package main

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPromptLabel(t *testing.T) {
	for name, want := range map[string]string{
		"web1":             "web1",
		"a b":              "a b",
		"größe":            "größe",
		"net:[4026532177]": "net:[4026532177]",
		"/run/ns":          "/run/ns",
		"$(reboot)":        "%24(reboot)",
		"`reboot`":         "%60reboot%60",
		`\u\h`:             "%5Cu%5Ch",
		"100%":             "100%25",
		"a\nb":             "a%0Ab",
		"\x1b[2J":          "%1B[2J",
		"\x9b1m\xff":       "%9B1m%FF",
		"\u202ex":          "%E2%80%AEx",
		"\ufffd":           "\ufffd",
		"!'\"":             "%21%27%22",
	} {
		if got := promptLabel(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// FuzzPromptLabel checks that no shell and no terminal changes a label, and that the label
// decodes to the name.
func FuzzPromptLabel(f *testing.F) {
	f.Add("a\x1b[2J$`\\%!'\"\xff\u202e")
	f.Fuzz(func(t *testing.T, name string) {
		label := promptLabel(name)
		if !utf8.ValidString(label) || strings.ContainsAny(label, "$`\\!'\"") {
			t.Errorf("%q: %q may be expanded", name, label)
		}
		if strings.ContainsFunc(label, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q: %q drives the terminal", name, label)
		}
		if back, err := url.PathUnescape(label); err != nil || back != name {
			t.Errorf("%q: %q is %q: %v", name, label, back, err)
		}
	})
}

func TestShellKind(t *testing.T) {
	for file, want := range map[string]string{
		"/bin/bash": "bash", "zsh": "zsh", "/usr/bin/zsh-5.9": "zsh", "/opt/bash5": "bash", "/usr/bin/fish": "fish",
		"/bin/sh": "sh", "/bin/ksh93": "ksh", "/bin/rbash": "rbash", "/": "/",
	} {
		if got := shellKind(file); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}
