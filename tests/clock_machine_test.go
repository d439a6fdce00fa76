package tests

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// stepClock sets the clock of the machine forward.
func stepClock(t *testing.T, by time.Duration) {
	t.Helper()
	now := unix.NsecToTimespec(time.Now().Add(by).UnixNano())
	if err := unix.ClockSettime(unix.CLOCK_REALTIME, &now); err != nil {
		t.Fatal(err)
	}
}

// TestMachineClock: whatever the clock is set to, what was made just now is young, what was
// made before is as old as it was, and the link of a running process is no recycled one.
func TestMachineClock(t *testing.T) {
	b := newWholeMachine(t)
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	make := func() {
		b.shell(`
			rm -rf /run/netns/* /run/u/*
			unshare -n sleep 1000 >/dev/null 2>&1 & p=$!
			while [ "$(readlink /proc/$p/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
			ln -s /proc/$p/ns/net /run/netns/lab
			: >/run/netns/starting
			elsewhere 'mkdir -p /run/u/c; : >/run/u/c/x; unshare -n mount --bind /proc/self/ns/net /run/u/c/x'`)
	}
	ages := func(when string) (all map[string]int64) {
		all = map[string]int64{}
		var list struct {
			Names []struct {
				Name, Cause string
				Age         *int64 `json:"age_seconds"`
			}
			Namespaces []struct {
				State string
				Age   *int64 `json:"age_seconds"`
			}
		}
		said := b.run("list", "--stale", "--json")
		if err := json.Unmarshal([]byte(said.stdout), &list); err != nil {
			t.Fatal(err, said.stdout, said.stderr)
		}
		note := func(what string, age *int64) {
			if age == nil {
				t.Errorf("%s: the age of %s is not known", when, what)
				return
			}
			all[what] = *age
		}
		for _, n := range list.Names {
			note(n.Name, n.Age)
		}
		for _, ns := range list.Namespaces {
			note(ns.State, ns.Age)
		}
		if _, there := all["starting"]; !there || len(all) < 2 {
			t.Errorf("%s: listed are %v", when, all)
		}
		return all
	}
	kept := func(when string) {
		t.Helper()
		for _, arguments := range []string{"delete --force-orphans", "delete --force-orphans --min-age 2m"} {
			if said := b.run(strings.Fields(arguments)...); strings.Contains(said.stdout, "removed ") && !strings.Contains(said.stdout, "0 removed, 0 released") {
				t.Errorf("%s: what is younger than the grace was removed by %s:\n%s", when, arguments, said.stdout)
			}
		}
		b.run("delete", "--force-orphans", "--min-age", "0")
		if _, err := os.Lstat("/run/netns/lab"); err != nil {
			t.Errorf("%s: the link of a running process was removed", when)
		}
	}
	for _, step := range []time.Duration{2 * time.Second, -2 * time.Second, day, -day, 50 * year, -50 * year} {
		make()
		before := ages("before " + step.String())
		if _, listed := before["lab"]; listed {
			t.Errorf("before %v: the link of a running process is listed", step)
		}
		stepClock(t, step)
		when := "after " + step.String()
		for what, age := range ages(when) {
			if was, there := before[what]; !there || age < was-3 || age > was+20 {
				t.Errorf("%s: %s is %d s old, before %d s", when, what, age, was)
			}
		}
		kept(when)
		make()
		ages("made " + when)
		kept("made " + when)
		stepClock(t, -step)
	}
}
