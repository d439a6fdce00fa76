package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestDemo runs `make demo`. Its last act checks that what is in use is as it was before the
// clean-up; here the plan of that must fit a screen.
func TestDemo(t *testing.T) {
	t.Parallel()
	if noSandbox != "" {
		unable(t, noSandbox)
	}
	tool(t, "ip")
	a, err := command{
		path: "./demo.sh", argv: []string{"demo.sh", filepath.Join(artefact, "bin", "netnsctl")},
		env: []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}, dir: ".",
	}.run()
	if err != nil {
		t.Fatal(err)
	}
	expectParts(t, "the demo", a, "0", a.stdout, "\n36 removed, 4 released, ", "\n   the five that are in use are as they were\n", "  wired ")
	_, plan, _ := strings.Cut(a.stdout, "\n$ netnsctl prune --idle --older-than 0 --dry-run\n")
	plan, _, _ = strings.Cut(plan, "\n$ ")
	rows := 1 // of 80 columns; the first has the command
	for line := range strings.SplitSeq(plan, "\n") {
		rows += (utf8.RuneCountInString(line) + 79) / 80
	}
	if rows < 6 || rows > 24 {
		t.Errorf("the plan takes %d rows of a screen:\n%s", rows, plan)
	}
}
