package tests

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// eventuallyT polls: what it waits for has no event of its own.
func eventuallyT(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(commandTimeout); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited too long for %s", what)
		}
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
