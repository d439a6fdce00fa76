package tests

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// monitored starts a monitor in the background and waits until it tells of what
// happens: that is when the line ready appears, for which prod does something.
func (w *machine) monitored(words, prod, ready string) {
	w.t.Helper()
	w.shell(`netnsctl monitor ` + words + ` >/run/events 2>/run/errors & echo $! >/run/monitor`)
	w.until(func() bool {
		w.shell(prod)
		return strings.Contains(w.events(), ready)
	})
}

func (w *machine) events() string {
	text, err := os.ReadFile("/run/events")
	if err != nil && !os.IsNotExist(err) { // the shell in the background makes it
		w.t.Fatal(err)
	}
	return string(text)
}

func (w *machine) until(ready func() bool) {
	w.t.Helper()
	if !poll(ready) {
		errors, _ := os.ReadFile("/run/errors")
		w.t.Fatalf("waited in vain; events so far:\n%s%s", w.events(), errors)
	}
}

type monitorEvent struct {
	Time      time.Time
	Event, ID string
	Name      any
	Cookie    uint64
	Names     []string
	Pin       *struct{ Kind, Command string }
}

// wait waits for an event that fits, and gives it.
func (w *machine) wait(fits func(monitorEvent) bool) (found monitorEvent) {
	w.t.Helper()
	w.until(func() bool {
		for line := range strings.Lines(w.events()) {
			if !strings.HasSuffix(line, "\n") {
				break
			}
			var e monitorEvent
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				w.t.Fatalf("%v: %q", err, line)
			}
			if fits(e) {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

// TestMonitorJSON: a name is told of with its namespace, also when it goes, and one
// without a namespace, too.
func TestMonitorJSON(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	old := lastWord(w.shell(`netnsctl add old; ino /run/netns/old`))
	w.monitored("--json", `netnsctl add ready$(date +%N)`, `"add","name":"ready`)
	start := time.Now()
	ino := lastWord(w.shell(`
		netnsctl add "a b"
		netnsctl delete old
		netnsctl attach own 1
		: >/run/netns/dead
		ln -s own "$(printf '/run/netns/l\377')"
		ino "/run/netns/a b"`))
	e := w.wait(func(e monitorEvent) bool { return e.Name == "a b" })
	if e.Event != "add" || e.ID != "net:["+ino+"]" || e.Cookie == 0 || e.Time.Before(start.Add(-time.Second)) || e.Time.After(time.Now()) {
		t.Errorf("%+v, want net:[%s]", e, ino)
	}
	if gone := w.wait(func(e monitorEvent) bool { return e.Name == "old" }); gone.Event != "delete" || gone.ID != "net:["+old+"]" || gone.Cookie == 0 {
		t.Errorf("%+v, want net:[%s]", gone, old)
	}
	if dead := w.wait(func(e monitorEvent) bool { return e.Name == "dead" }); dead.Event != "add" || dead.ID != "" || dead.Cookie != 0 {
		t.Errorf("%+v", dead)
	}
	w.shell(`netnsctl delete "a b"`)
	if gone := w.wait(func(e monitorEvent) bool { return e.Event == "delete" && e.Name == "a b" }); gone.ID != e.ID || gone.Cookie != e.Cookie {
		t.Errorf("%+v after %+v", gone, e)
	}
	// Added and deleted at once, in this order.
	w.shell(`: >/run/netns/short; rm /run/netns/short`)
	w.wait(func(e monitorEvent) bool { return e.Event == "delete" && e.Name == "short" })
	before, _, _ := strings.Cut(w.events(), `"delete","name":"short"`)
	if !strings.Contains(before, `"add","name":"short"`) {
		t.Errorf("no add before delete:\n%s", before)
	}
	// The directory goes.
	w.shell(`umount -l /run/netns; rm -rf /run/netns; while test -e /proc/$(cat /run/monitor)/fd/0; do sleep 0.01; done`)
	if errors, _ := os.ReadFile("/run/errors"); !strings.Contains(string(errors), "netnsctl: read inotify /run/netns: no such file or directory") {
		t.Errorf("at its end: %s", errors)
	}
}

// TestMonitorNamespaces: namespaces without a name come and go.
func TestMonitorNamespaces(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.monitored("--json --all-namespaces --interval 50ms", `netnsctl add ready$(date +%N)`, `"new"`)
	words := strings.Fields(w.shell("$HOLD descriptor"))
	id := "net:[" + words[1] + "]"
	e := w.wait(func(e monitorEvent) bool { return e.Event == "new" && e.ID == id })
	if e.Cookie == 0 || e.Pin == nil || e.Pin.Kind != "descriptor" || e.Pin.Command == "" || len(e.Names) != 0 {
		t.Errorf("%+v", e)
	}
	w.shell("kill " + words[0])
	gone := w.wait(func(e monitorEvent) bool { return e.Event == "gone" && e.ID == id })
	if gone.Cookie != e.Cookie || gone.Time.Before(e.Time) {
		t.Errorf("%+v after %+v", gone, e)
	}
	// A name that goes takes no namespace with it while that is in use.
	words = strings.Fields(w.shell(`netnsctl add x; inUse x; ino /run/netns/x`))
	pid, ino := words[0], words[1]
	named := w.wait(func(n monitorEvent) bool { // the number may have been used before
		return n.Event == "new" && n.ID == "net:["+ino+"]" && n.Cookie != e.Cookie
	})
	w.shell(`netnsctl delete x`)
	w.wait(func(e monitorEvent) bool { return e.Event == "delete" && e.Name == "x" && e.Cookie == named.Cookie })
	w.shell(`kill ` + pid)
	last := w.wait(func(e monitorEvent) bool { return e.Event == "gone" && e.Cookie == named.Cookie })
	deleted := w.wait(func(e monitorEvent) bool { return e.Event == "delete" && e.Name == "x" })
	if !last.Time.After(deleted.Time) {
		t.Errorf("gone at %v, its name at %v", last.Time, deleted.Time)
	}
	// Nothing is told twice.
	seen := map[string]bool{}
	for line := range strings.Lines(w.events()) {
		_, rest, _ := strings.Cut(line, `"event"`)
		if strings.Contains(rest, `"new"`) || strings.Contains(rest, `"gone"`) {
			if seen[rest] {
				t.Errorf("twice: %s", line)
			}
			seen[rest] = true
		}
	}
}

// TestMonitorLeavesNothing: the namespace in which a monitor has its nsids is no leak, and ends
// with it, also when it is killed.
func TestMonitorLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.monitored("--json --all-namespaces --interval 50ms", `netnsctl add ready$(date +%N)`, `"new"`)
	if a := w.run("check", "--min-age", "0"); a.status != "0" || !strings.Contains(a.stdout, "0 orphaned") {
		t.Errorf("beside the monitor: %v", a)
	}
	if nsids := w.shell(`ip netns list-id; for n in /run/netns/*; do nsenter --net=$n ip netns list-id; done`); nsids != "" {
		t.Errorf("nsids: %s", nsids)
	}
	w.shell(`
		runs() { grep -lsx netnsctl-holder /proc/[0-9]*/comm | sed s/comm/status/ | xargs -r grep -ls 'State:.[^Z]'; }
		runs | grep -q .
		kill -9 $(cat /run/monitor)
		while runs | grep -q .; do sleep 0.01; done`)
}

// TestMonitorText: names among namespaces, in quotes where a name has blanks.
func TestMonitorText(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.monitored("--all-namespaces --interval 0.05", `netnsctl add ready$(date +%N)`, "new ")
	ino := lastWord(w.shell(`netnsctl add "a b"; ino "/run/netns/a b"`))
	w.until(func() bool { return strings.Contains(w.events(), "new net:["+ino+"] name \"a b\"\n") })
	w.shell(`netnsctl delete "a b"`)
	w.until(func() bool { return strings.Contains(w.events(), "gone net:["+ino+"]\n") })
	for _, line := range []string{"add \"a b\"\n", "delete \"a b\"\n"} {
		if !strings.Contains(w.events(), line) {
			t.Errorf("no %q:\n%s", line, w.events())
		}
	}
	words := strings.Fields(w.shell("$HOLD socket:tcp"))
	w.until(func() bool { return strings.Contains(w.events(), "new net:["+words[1]+"] socket tcp, descriptor ") })
	for _, call := range []string{
		"monitor --json extra", "monitor --interval 1", "monitor --all-namespaces --interval 0",
		"monitor --all-namespaces --interval soon", "monitor --json --nonsense",
	} {
		if a := w.run(strings.Fields(call)...); a.status != "2" || !strings.HasPrefix(a.stderr, "netnsctl: ") {
			t.Errorf("%s: %v", call, a)
		}
	}
}

// TestMonitorEndsWithItsReader: as soon as there is something to tell.
func TestMonitorEndsWithItsReader(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	a := w.command("/bin/sh", "-c", `(trap '' PIPE; netnsctl monitor --json 2>/run/errors; echo $? >/run/status) | read -r line & 
		until test -s /run/status; do netnsctl add r$(date +%N); sleep 0.02; done; cat /run/status /run/errors`)
	if a.stdout != "1\nnetnsctl: write error: broken pipe\n" {
		t.Errorf("%v", a)
	}
}
