package compat

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRunDir: the option comes before the variable, and both are checked.
func TestRunDir(t *testing.T) {
	const usual = ""
	for _, c := range []struct {
		words, variable, want, err string
	}{
		{"list", "", usual, ""},
		{"list --run-dir /x", "", usual, ""}, // after the command it is no option
		{"--run-dir /x list", "", "/x", ""},
		{"-run-dir /x list", "", "/x", ""},
		{"--run-dir=/x list", "", "/x", ""},
		{"-n blue -j --run-dir /x// list", "", "/x", ""},
		{"-- --run-dir /x", "", usual, ""},
		{"--run-dir /x list", "/y", "/x", ""},
		{"list", "/y/", "/y", ""},
		{"--run-dir x list", "", "", `--run-dir: "x" is not an absolute path`},
		{"--run-dir ./x list", "", "", `--run-dir: "./x" is not an absolute path`},
		{"--run-dir= list", "", "", "--run-dir: the value is empty"},
		{"--run-dir / list", "", "", "--run-dir: the root directory cannot hold names"},
		{"--run-dir //. list", "", "", "--run-dir: the root directory cannot hold names"},
		{"--run-dir /x/.. list", "", "", `--run-dir: "/x/.." has .. in it`},
		{"--run-dir /x/../y list", "", "", `--run-dir: "/x/../y" has .. in it`},
		{"--run-dir /..x list", "", "/..x", ""},
		{"--run-dir /x --run-dir /x list", "", "", "--run-dir is given more than once"},
		{"list", "y", "", `NETNSCTL_RUN_DIR: "y" is not an absolute path`},
		{"--run-dir /x list", "y", "/x", ""},
	} {
		t.Setenv(runDirVariable, c.variable)
		dir, err := RunDir(append([]string{"netnsctl"}, strings.Fields(c.words)...), nil)
		text := ""
		if err != nil {
			text = err.Error()
		}
		// Where /var/run is no link here, the usual directory may be another one.
		if usualHere := c.want == usual && c.err == "" && !sameFile("/run", "/var/run"); dir != c.want && !usualHere || text != c.err {
			t.Errorf("%q with %q: %q, %q", c.words, c.variable, dir, text)
		}
	}
}

// TestReadProgram: nothing but a regular file is read, and not without end.
func TestReadProgram(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "big")
	if err := os.WriteFile(file, []byte("begin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := string(readProgram(file)); got != "begin" {
		t.Errorf("a file: %q", got)
	}
	if err := os.Truncate(file, 1<<40); err != nil {
		t.Fatal(err)
	}
	if n := len(readProgram(file)); n != maxProgram {
		t.Errorf("a large file: %d bytes", n)
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"/dev/zero", dir, filepath.Join(dir, "nosuch"), fifo} {
		if n := len(readProgram(other)); n != 0 || contains(other, "\x00") {
			t.Errorf("%s: %d bytes", other, n)
		}
	}
}
