package tests

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func eventuallyT(t *testing.T, what string, done func() bool) {
	t.Helper()
	if !poll(done) {
		t.Fatalf("waited too long for %s", what)
	}
}

// pidInside is the id of a netnsctl in the sandbox, whose procfs we see.
func pidInside() int {
	stats, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, path := range stats {
		comm, _ := os.ReadFile(path)
		if strings.TrimSpace(string(comm)) == "netnsctl" {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			return pid
		}
	}
	return 0
}
