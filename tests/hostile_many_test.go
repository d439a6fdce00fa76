package tests

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestHostileMany: 100,000 entries that lead nowhere are listed as `ip` lists them,
// judged, and removed, each time before a command counts as hung.
func TestHostileMany(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	const count = 100_000
	w.shell(`netnsctl add live`)
	for i := range count {
		if err := os.WriteFile(fmt.Sprintf("/run/netns/d%05d", i), nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	listed := w.run("list")
	if lines := strings.Count(listed.stdout, "\n"); lines != count+1 {
		t.Errorf("list: status %s, %d lines, %.200s", listed.status, lines, listed.stderr)
	}
	if realIP != "" {
		if real := w.command(realIP, "netns", "list"); real.stdout != listed.stdout || real.stderr != listed.stderr {
			t.Errorf("ip lists otherwise: status %s, %d bytes and not %d", real.status, len(real.stdout), len(listed.stdout))
		}
	}
	if a := w.run("list", "--stale", "-q"); a.status != "3" || strings.Count(a.stdout, "\n") != count {
		t.Errorf("list --stale: status %s, %d lines, %.200s", a.status, strings.Count(a.stdout, "\n"), a.stderr)
	}
	if a := w.run("delete", "--force-orphans", "--min-age", "0"); a.status != "0" {
		t.Errorf("delete --force-orphans: status %s, %.200s", a.status, a.stderr)
	}
	if a := w.run("list"); a.stdout != "live\n" {
		t.Errorf("left: %.200s", a.stdout)
	}
}
