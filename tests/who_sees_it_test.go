package tests

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// whoVariable has all tools asked, and is the file that the table is written to.
const whoVariable = "NETNSCTL_TEST_WHO"

// TestWhoSeesIt makes everything that holds a namespace and asks who sees it. Of the README's
// table it checks what netnsctl sees; make who-sees-it writes it.
func TestWhoSeesIt(t *testing.T) {
	needIP(t)
	if !isRoot() {
		unable(t, "only root can make all of them")
	}
	if !handlesTellType() {
		unable(t, "the table is of Linux 6.18; older kernels hide more")
	}
	file := os.Getenv(whoVariable)
	tools := lookingTools(file != "")
	cells := make([][]string, len(pinKinds))
	t.Run("pins", func(t *testing.T) {
		for i, k := range pinKinds {
			t.Run(k.row, func(t *testing.T) {
				t.Parallel()
				cells[i] = whoSees(t, k, tools)
			})
		}
	})
	if file != "" {
		table := whoTable(tools, cells, milliseconds(t, tools))
		if err := os.WriteFile(file, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "<!-- who sees it")
	table, _, _ = strings.Cut(table, "<!-- end of who sees it")
	for i, k := range pinKinds {
		if cells[i] == nil {
			continue // the test of the row failed
		}
		want := " | " + strings.Join(cells[i], " | ") + " |"
		if line, ok := rowOf(table, k.row); !ok || !strings.HasSuffix(line, want) {
			t.Errorf("README.md: %q, not …%s: make who-sees-it", line, want)
		}
	}
}

// rowOf is the row of a table that begins with a cell.
func rowOf(table, cell string) (string, bool) {
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "| "+cell+" |") {
			return strings.TrimSuffix(line, "\n"), true
		}
	}
	return "", false
}

// inspecting is the last column.
var inspecting = lookingTool{name: "netnsctl inspect", command: "netnsctl -j inspect x", sees: seenByInspect}

// whoSees holds the namespace x, and asks for it with its name, then all tools without.
func whoSees(t *testing.T, k pinKind, tools []lookingTool) (row []string) {
	t.Helper()
	w := newMachine(t)
	w.shell("netnsctl add x; ino /run/netns/x >/run/ino")
	if a := w.command("/bin/sh", "-ec", k.needs); a.status != "0" {
		unable(t, a.stderr)
	}
	ino, pid := w.read("/run/ino"), lastWord(w.shell(k.hold))
	look := func(tool lookingTool) string {
		a := w.command("/bin/sh", "-c", tool.command)
		switch {
		case tool.sees != nil:
			return tool.sees(a, k, ino, pid)
		case strings.Contains(a.stdout, ino):
			return seen
		}
		return notSeen
	}
	named := look(inspecting)
	w.shell("ip netns delete x")
	for _, tool := range tools {
		row = append(row, look(tool))
	}
	return append(row, named)
}

// bystanders is how many processes there are where the tools are timed.
const bystanders = 500

// milliseconds is how long each tool takes, the middle one of five times.
func milliseconds(t *testing.T, tools []lookingTool) (cells []string) {
	t.Helper()
	w := newMachine(t)
	w.shell(fmt.Sprintf("netnsctl add x; for i in $(seq %d); do sleep 1000 >/dev/null 2>&1 & done", bystanders))
	for _, tool := range append(slices.Clone(tools), inspecting) {
		var times []time.Duration
		for range 5 {
			begin := time.Now()
			w.command("/bin/sh", "-c", tool.command+" >/dev/null 2>&1")
			times = append(times, time.Since(begin))
		}
		slices.SortFunc(times, cmp.Compare[time.Duration])
		cells = append(cells, fmt.Sprintf("%.0f", float64(times[2].Microseconds())/1000))
	}
	return cells
}

// whoTable is the table in Markdown.
func whoTable(tools []lookingTool, cells [][]string, times []string) string {
	var b strings.Builder
	line := func(first string, rest []string) { fmt.Fprintf(&b, "| %s | %s |\n", first, strings.Join(rest, " | ")) }
	var heads, rule []string
	for _, tool := range append(slices.Clone(tools), inspecting) {
		heads, rule = append(heads, tool.name), append(rule, "---")
	}
	line("what holds the namespace", heads)
	line("---", rule)
	for i, k := range pinKinds {
		line(k.row, cells[i])
	}
	line(fmt.Sprintf("milliseconds, %d processes", bystanders), times)
	return b.String()
}
