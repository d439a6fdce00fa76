package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// planWorlds is how many worlds are drawn.
func planWorlds() int {
	if n, err := strconv.Atoi(os.Getenv("NETNSCTL_PLAN_WORLDS")); err == nil {
		return n
	}
	return 30
}

// TestPlanIsOutcome: in worlds that are drawn at random a run does what its dry run has shown,
// step by step, and skips what that has skipped.
func TestPlanIsOutcome(t *testing.T) {
	for seed := range planWorlds() {
		t.Run(fmt.Sprint("seed", seed), func(t *testing.T) {
			t.Parallel()
			w, build := drawnWorld(t, seed)
			compare := func(targets ...string) {
				t.Helper()
				words := append([]string{"delete", "--force-orphans", "--min-age", "0", "--json"}, targets...)
				plan, dry := stepsOf(t, w, append(slices.Clone(words), "--dry-run"))
				done, ran := stepsOf(t, w, words)
				if plan != done || dry != ran {
					t.Errorf("%s\nthe plan, status %s:\n%s\nthe outcome, status %s:\n%s\nin the world\n%s", strings.Join(words, " "), dry, plan, ran, done, build)
				}
			}
			compare()
			var list struct {
				Names      []struct{ Name string }
				Namespaces []struct{ ID string }
			}
			if err := json.Unmarshal([]byte(w.run("list", "--all-namespaces", "--json").stdout), &list); err != nil {
				t.Fatal(err)
			}
			for _, n := range list.Names {
				if n.Name != "" {
					compare(n.Name)
				}
			}
			for _, ns := range list.Namespaces {
				compare(ns.ID)
			}
		})
	}
}

// TestPlanCommands: in such worlds each command that a plan, or a failed delete, names ends well,
// and is not named again for the same thing.
func TestPlanCommands(t *testing.T) {
	for seed := range planWorlds() {
		t.Run(fmt.Sprint("seed", seed), func(t *testing.T) {
			t.Parallel()
			w, build := drawnWorld(t, seed)
			follow := func(words ...string) {
				t.Helper()
				for done := map[string]bool{}; ; {
					a := w.run(words...)
					line, command := namedCommand(a.stdout+a.stderr, done)
					if command == "" {
						return
					}
					b := w.command("/bin/sh", "-c", command)
					if again := w.run(words...); b.status != "0" || strings.Contains(again.stdout+again.stderr, line) {
						t.Errorf("%s says\n%s\n%s: status %s\n%s%s\n%s\nin the world\n%s", strings.Join(words, " "), line, command, b.status, b.stdout, b.stderr, again.stdout, build)
						return
					}
					done[line] = true
				}
			}
			follow("delete", "--force-orphans", "--min-age", "0", "--dry-run")
			for name := range strings.FieldsSeq(w.names()) {
				var plan, done deletionReport
				dry, run := w.run("delete", "--json", "--dry-run", name), w.run("delete", "--json", name)
				plan.read(t, dry)
				done.read(t, run)
				if want := map[string]string{"delete": "deleted", "refuse": "failed", "unmount": "unmounted"}[plan.Outcome]; dry.status != run.status || done.Outcome != want || plan.Outcome == "unmount" && done.Below != plan.Below {
					t.Errorf("delete %s: the plan %+v, status %s, the outcome %+v, status %s: %s\nin the world\n%s", name, plan, dry.status, done, run.status, run.stderr, build)
				}
				if _, command := namedCommand(run.stderr, nil); command != "" {
					if a := w.command("/bin/sh", "-c", command); a.status != "0" {
						t.Errorf("delete %s says\n%s%s: status %s\n%s%s\nin the world\n%s", name, run.stderr, command, a.status, a.stdout, a.stderr, build)
					}
				}
			}
		})
	}
}

// deletionReport is what is compared of the JSON of delete NAME.
type deletionReport struct{ Outcome, Below, Detail string }

func (d *deletionReport) read(t *testing.T, a answer) {
	t.Helper()
	var all struct{ Names []deletionReport }
	if err := json.Unmarshal([]byte(a.stdout), &all); err != nil || len(all.Names) != 1 {
		t.Errorf("%v: %s%s", err, a.stdout, a.stderr)
		return
	}
	*d = all.Names[0]
}

// namedCommand finds a line that names a command, and was not there before.
func namedCommand(text string, before map[string]bool) (line, command string) {
	for line := range strings.Lines(text) {
		for part := range strings.SplitSeq(strings.TrimSpace(line), "; ") {
			if _, command, found := strings.Cut(part, ": "); found && strings.HasPrefix(part, "to ") && !before[line] {
				return line, command
			}
		}
	}
	return "", ""
}

// stepsOf runs a clean-up and gives its steps and what it skips, a line each.
func stepsOf(t *testing.T, w *machine, words []string) (text, status string) {
	t.Helper()
	type subject struct {
		Name                  *struct{ Name string }
		Namespace             *struct{ ID string }
		Action                string
		Uncovers              []struct{ ID, Path string }
		Outcome               string
		Detail                string
		Why                   string
		IfNamed               bool `json:"if_named"`
		Cover, Unmount, Other string
		AlsoDeleted           []struct{ Device, Namespace string } `json:"also_deleted"`
	}
	var report struct {
		Steps   []subject
		Skipped []subject `json:"spared"`
		Missing []string
	}
	a := w.run(words...)
	if err := json.Unmarshal([]byte(a.stdout), &report); err != nil {
		return a.stdout + a.stderr, a.status
	}
	var lines []string
	for _, s := range slices.Concat(report.Steps, report.Skipped) {
		name, done := "", map[string]string{"removed": "", "released": ""}
		switch {
		case s.Name != nil:
			name = s.Name.Name
		case s.Namespace != nil:
			name = s.Namespace.ID
		}
		if _, well := done[s.Outcome]; !well && s.Outcome != "" {
			s.Action += " " + s.Outcome + " " + s.Detail
		}
		lines = append(lines, fmt.Sprint(name, ": ", s.Action, s.Why, s.Uncovers, s.IfNamed, s.Cover, s.Unmount, s.Other, s.AlsoDeleted))
	}
	slices.Sort(lines)
	return strings.Join(append(lines, report.Missing...), "\n"), a.status
}
