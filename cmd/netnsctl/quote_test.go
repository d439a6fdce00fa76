package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestShellWord checks that a shell reads each word as the name.
func TestShellWord(t *testing.T) {
	for _, name := range []string{
		"web", "a b", "net:[4026532177]", "$(reboot)", "`id`", "it's", `back\slash`, "-x", "~", "*", "#a", "100%", "测试",
		"\x1b[2J", "a\nb", "tab\t", "\xff\xfe", "%d\x01", `\n`, "'\x01'", "", "!x", "\u202e", `\` + "\x01",
	} {
		word := shellWord(name)
		if escape(word) != word {
			t.Errorf("%q: %q does not show", name, word)
		}
		shell := "/bin/sh"
		if strings.HasPrefix(word, "$") {
			var err error
			if shell, err = exec.LookPath("bash"); err != nil {
				continue // dash has no dollar-single-quotes
			}
		}
		out, err := exec.Command(shell, "-c", "printf %s. "+word).Output()
		if got := strings.TrimSuffix(string(out), "."); err != nil || got != name {
			t.Errorf("%q: %s gives %q (%v)", name, word, got, err)
		}
	}
}

func TestShellCommand(t *testing.T) {
	for want, words := range map[string][]string{
		"netnsctl delete web":        {"web"},
		"netnsctl delete -- -x web":  {"-x", "web"},
		"netnsctl delete 'a b'":      {"a b"},
		"netnsctl delete 'net:[77]'": {"net:[77]"},
	} {
		if got := shellCommand("netnsctl delete", words...); got != want {
			t.Errorf("%q: %s", words, got)
		}
	}
}

func TestQuoteAndEscape(t *testing.T) {
	for _, c := range []struct{ in, quoted, escaped string }{
		{"cni-1", "cni-1", "cni-1"},
		{"", `""`, ""},
		{"a b", `"a b"`, "a b"},
		{"é", "é", "é"},
		{"\x1b[2J", `"\x1b[2J"`, `\x1b[2J`},
		{"\xff", `"\xff"`, `\xff`},
		{"\u202e", `"\u202e"`, `\u202e`},
		{"\ufffd", "\ufffd", "\ufffd"},
		{`a"\`, `"a\"\\"`, `a"\`},
		{"\n", `"\n"`, `\n`},
	} {
		if got := quote(c.in); got != c.quoted {
			t.Errorf("quote %q: %s", c.in, got)
		}
		if got := escape(c.in); got != c.escaped {
			t.Errorf("escape %q: %s", c.in, got)
		}
	}
}
