package compat

import "testing"

func TestLookupCommand(t *testing.T) {
	tests := map[string]string{
		"l": "list", "li": "list", "list": "list", "ls": "list", "lst": "list",
		"s": "list", "sh": "list", "show": "list",
		"list-": "list-id", "list-id": "list-id",
		"h": "help", "a": "add", "ad": "add", "at": "attach", "se": "set",
		"d": "delete", "i": "identify", "p": "pids", "e": "exec", "m": "monitor",
		"": "", "LIST": "", "lists": "", "list-ids": "", "shows": "", "x": "", "remove": "", "l ": "", "-": "",
	}
	for word, want := range tests {
		got := ""
		if c, ok := lookupCommand(word); ok {
			got = c.names[0]
		}
		if got != want {
			t.Errorf("%q is %q, want %q", word, got, want)
		}
	}
}

func TestCommandTable(t *testing.T) {
	for _, want := range commands {
		for _, name := range want.names {
			if c, ok := lookupCommand(name); !ok || c.names[0] != want.names[0] {
				t.Errorf("%s is found as another command", name)
			}
		}
	}
}
