package proc

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

func TestRunFile(t *testing.T) {
	for script, want := range map[string]struct {
		status         int
		stdout, stderr string
	}{
		"cat; echo error >&2": {0, "input", "error\n"},
		"exit 3":              {3, "", ""},
		"kill -9 $$":          {-1, "", ""},
	} {
		status, stdout, stderr, err := RunFile("/bin/sh", []string{"sh", "-c", script}, nil, []byte("input"), nil)
		if err != nil || status != want.status || string(stdout) != want.stdout || string(stderr) != want.stderr {
			t.Errorf("%s: %d %q %q %v", script, status, stdout, stderr, err)
		}
	}
	if _, _, _, err := RunFile(t.TempDir()+"/nowhere", []string{"x"}, nil, nil, nil); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("no file: %v", err)
	}
}

// TestGetenv: the first of several words counts, as for getenv(3).
func TestGetenv(t *testing.T) {
	t.Setenv("NETNSCTL_A", "x=y")
	if value, ok := Getenv("NETNSCTL_A"); value != "x=y" || !ok {
		t.Errorf("%q, %v", value, ok)
	}
	if value, ok := Getenv("NETNSCTL_"); value != "" || ok {
		t.Errorf("half a name: %q, %v", value, ok)
	}
}

func TestTerminal(t *testing.T) {
	file, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if fd := int(file.Fd()); IsTerminal(fd) || TerminalWidth(fd) != 0 || !Readable(fd) || IfOpen(file) != file {
		t.Error("/dev/null is a terminal, cannot be read or is not open")
	}
}
