package proc

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// startShell starts a shell as a child. The shell reads a byte at a time, and so reads the
// blank when it has run the line. What it writes is in said, with the descriptors.
func startShell(t *testing.T) (c *Child, said func() string) {
	t.Helper()
	var all []string
	c, err := StartChild("/bin/sh", []string{"sh"}, os.Environ(), nil, func(fd int, text []byte) {
		all = append(all, fmt.Sprintf("%d:%s", fd, text))
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, func() string {
		defer func() { all = nil }()
		return strings.Join(all, "")
	}
}

func TestChild(t *testing.T) {
	c, said := startShell(t)
	for line, want := range map[string]string{
		"echo a":               "1:a\n",
		"":                     "",
		"echo a; echo b >&2":   "1:a\n2:b\n",
		"sleep 0.1; echo late": "1:late\n",
		": " + strings.Repeat("x", 3*minPage) + "; echo long": "1:long\n",
	} {
		ended, err := c.Run([]byte(line + "\n"))
		if got := said(); ended || err != nil || got != want {
			t.Errorf("%.30s: %q, ended: %v, %v", line, got, ended, err)
		}
	}
	if status, err := c.End(); status != 0 || err != nil {
		t.Errorf("end: %d, %v", status, err)
	}
}

// TestChildEnds: the child ends while it runs a line, or before it gets one.
func TestChildEnds(t *testing.T) {
	for line, want := range map[string]int{"echo a; exit 3": 3, "echo a; kill -9 $$": -1} {
		c, said := startShell(t)
		ended, err := c.Run([]byte(line + "\n"))
		if !ended || err != nil || said() != "1:a\n" {
			t.Errorf("%s: ended: %v, %v", line, ended, err)
		}
		if status, err := c.End(); status != want || err != nil {
			t.Errorf("%s: status %d, %v", line, status, err)
		}
	}
	c, _ := startShell(t)
	c.process.Kill()
	if ended, err := c.Run([]byte(": " + strings.Repeat("x", 3*minPage) + "\n")); !ended || err != nil {
		t.Errorf("a killed child: ended: %v, %v", ended, err)
	}
	if status, err := c.End(); status != -1 || err != nil {
		t.Errorf("a killed child: status %d, %v", status, err)
	}
}
