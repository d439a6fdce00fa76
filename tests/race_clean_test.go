package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// cleanerSays is all that a cleaner may say while others clean, delete and add.
var cleanerSays = regexp.MustCompile(`^(removed \S+ \(dead-file\)|gone \S+.*|skipped \S+: .*|\d+ removed, 0 released, \d+ skipped(, \d+ gone)?|status [03])$`)

// TestRaceCleaners: several clean-ups at once, while others delete dead names and
// make namespaces of the same names. Whoever was told that a namespace was made has
// it, and in the end nothing stale is left.
func TestRaceCleaners(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	turns := many(100, 20)
	c.netnsctl("add", "live")
	live, err := netnsOf("/run/netns/live")
	if err != nil {
		t.Fatal(err)
	}
	var cleaners, workers []*member
	for range 3 {
		cleaners = append(cleaners, c.add(faces[0], `for i in 1 2 3 4 5 6; do $IP delete --force-orphans --min-age 0; echo "status $?"; done`))
	}
	for i := range 4 {
		const work = `i=0; while [ $i -lt $2 ]; do i=$((i+1)); n=n$1-$i
			: >/run/netns/$n
			$IP $OBJ del $n 2>/dev/null
			$IP $OBJ add $n 2>/dev/null && echo "made $n"
			: >/run/netns/dead$1-$i
		done; true`
		workers = append(workers, c.add(parties()[i%len(parties())], work, fmt.Sprint(i), fmt.Sprint(turns)))
	}
	c.run()
	for _, m := range cleaners {
		for line := range strings.Lines(m.said()) {
			if line = strings.TrimSuffix(line, "\n"); !cleanerSays.MatchString(line) {
				t.Errorf("a cleaner says: %s", line)
			}
		}
	}
	made := 0
	for _, m := range workers {
		for line := range strings.Lines(m.said()) {
			name, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "made ")
			if !ok {
				t.Errorf("a worker says: %s", line)
				continue
			}
			made++
			if ino, err := netnsOf("/run/netns/" + name); err != nil || ino < 1<<31 {
				t.Errorf("%s was made, and is not there: %d, %v", name, ino, err)
			}
		}
	}
	if made == 0 {
		t.Error("no namespace was made")
	}
	c.netnsctl("delete", "--force-orphans", "--min-age", "0")
	c.netnsctl("list", "--stale") // status 0: nothing stale is left
	if now, err := netnsOf("/run/netns/live"); err != nil || now != live {
		t.Errorf("live is %d, and not %d: %v", now, live, err)
	}
}

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
