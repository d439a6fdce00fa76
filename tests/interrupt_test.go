package tests

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestInterrupt: a signal ends a clean-up after the current step, and a second one at once. The
// clean-up waits at its first step for the lock on the run directory, which the test has.
func TestInterrupt(t *testing.T) {
	const orphans = "delete --force-orphans --min-age 0"
	for _, c := range []struct {
		words, status, stdout string
		signals               []syscall.Signal
	}{
		{
			words: orphans, signals: []syscall.Signal{unix.SIGINT}, status: "130",
			stdout: "removed a (dead-file)\n1 removed, 0 released, 0 skipped; interrupted, 2 left: run it again to go on\n",
		},
		{
			words: orphans + " --wait", signals: []syscall.Signal{unix.SIGTERM}, status: "143",
			stdout: "removed a (dead-file)\n1 removed, 0 released, 0 skipped; interrupted, 2 left: run it again to go on\n",
		},
		{
			words: orphans + " a --wait", signals: []syscall.Signal{unix.SIGHUP}, status: "129",
			stdout: "removed a (dead-file)\n1 removed, 0 released, 0 skipped; interrupted\n",
		},
		{words: orphans + " a", signals: []syscall.Signal{unix.SIGINT}, status: "0", stdout: "removed a (dead-file)\n1 removed, 0 released, 0 skipped\n"},
		{words: orphans, signals: []syscall.Signal{unix.SIGINT, unix.SIGINT}, status: "interrupt"},
		{words: orphans, signals: []syscall.Signal{unix.SIGTERM, unix.SIGINT}, status: "interrupt"},
	} {
		t.Run(fmt.Sprint(c.words, c.signals), func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			w.shell(`netnsctl add x; cd /run/netns; : >a; : >b; : >c`)
			a := w.interrupted(c.signals, strings.Fields(c.words)...)
			if a.status != c.status || a.stdout != c.stdout || a.stderr != "" {
				t.Errorf("%v", a)
			}
			// The next run goes on.
			if a := w.run(strings.Fields(orphans)...); a.status != "0" || w.names() != "x" {
				t.Errorf("again: %v", a)
			}
		})
	}
}

// TestInterruptWait: a signal ends a wait at once; everything is done by then.
func TestInterruptWait(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add held`)
	w.hold("socket:udp", "held")
	cmd := exec.Command(w.program(), "prune", "--yes", "--wait", "held")
	var stdout strings.Builder
	cmd.Env, cmd.Stdout = w.env, &stdout
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	said, _ := bufio.NewReader(stderr).ReadString('\n')
	cmd.Process.Signal(unix.SIGINT)
	cmd.Wait()
	if !strings.HasPrefix(said, "netnsctl: waiting: net:[") || statusText(cmd.ProcessState) != "interrupt" || stdout.String() != "removed held (idle)\n" {
		t.Errorf("%s%s%v", said, stdout.String(), cmd.ProcessState)
	}
	if names := w.names(); names != "" {
		t.Errorf("left: %s", names)
	}
}

// TestInterruptNames: a signal ends a deletion of names, which waits until the test reads what
// it prints.
func TestInterruptNames(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; cd /run/netns; for i in $(seq 1000 1500); do : >$i; done`)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	size, err := unix.FcntlInt(read.Fd(), unix.F_SETPIPE_SZ, os.Getpagesize())
	if err != nil {
		t.Fatal(err)
	}
	const line = "deleted 1000\n"
	cmd := exec.Command(w.program(), append([]string{"delete"}, strings.Fields(w.names())...)...)
	cmd.Env, cmd.Stdout = w.env, write
	err = cmd.Start()
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	full := poll(func() bool {
		n, err := unix.IoctlGetInt(int(read.Fd()), unix.TIOCINQ)
		return err == nil && n > size-len(line)
	})
	cmd.Process.Signal(unix.SIGINT)
	if !full || !poll(w.ends) {
		t.Error("no full pipe, or no signal")
	}
	text, _ := io.ReadAll(read)
	cmd.Wait()
	left := len(strings.Fields(w.names()))
	if cmd.ProcessState.ExitCode() != 130 || left < 2 || strings.Count(string(text), "\n") != 502-left {
		t.Errorf("%v, left %d: %s", cmd.ProcessState, left, text)
	}
}

// TestInterruptJSON: the document is whole.
func TestInterruptJSON(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; cd /run/netns; : >a; : >b; : >c`)
	a := w.interrupted([]syscall.Signal{unix.SIGINT}, "delete", "--force-orphans", "--min-age", "0", "--json")
	var report struct {
		Interrupted bool
		NotDone     int `json:"not_done"`
		Steps       []struct{ Outcome string }
	}
	err := json.Unmarshal([]byte(a.stdout), &report)
	if err != nil || a.status != "130" || !report.Interrupted || report.NotDone != 2 || len(report.Steps) != 1 || report.Steps[0].Outcome != "removed" {
		t.Errorf("%v: %v", err, a)
	}
}

// TestInterruptIgnored: nohup(1) keeps a clean-up going.
func TestInterruptIgnored(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; cd /run/netns; : >a; : >b; : >c`)
	cmd := exec.Command("/usr/bin/env", "--ignore-signal=HUP", w.program(), "delete", "--force-orphans", "--min-age", "0")
	a := w.whileLocked(cmd, func() { cmd.Process.Signal(unix.SIGHUP) })
	if a.status != "0" || !strings.HasSuffix(a.stdout, "\n3 removed, 0 released, 0 skipped\n") {
		t.Errorf("%v", a)
	}
}

// interrupted runs netnsctl, and sends it signals while it waits for the lock on the run directory.
func (w *machine) interrupted(signals []syscall.Signal, words ...string) answer {
	w.t.Helper()
	cmd := exec.Command(w.program(), words...)
	return w.whileLocked(cmd, func() {
		cmd.Process.Signal(signals[0])
		if !poll(w.ends) {
			w.t.Error("the first signal has not come")
		}
		for _, sig := range signals[1:] {
			cmd.Process.Signal(sig)
		}
	})
}

// whileLocked runs netnsctl, and has the lock on the run directory while act runs, which begins
// when a clean-up is at its first step.
func (w *machine) whileLocked(cmd *exec.Cmd, act func()) (a answer) {
	w.t.Helper()
	unlock := w.lock()
	var stdout, stderr strings.Builder
	cmd.Env, cmd.Stdout, cmd.Stderr = w.env, &stdout, &stderr
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	if !poll(w.catches) {
		w.t.Error("the clean-up has not begun")
	}
	act()
	unlock()
	cmd.Wait()
	return answer{stdout: stdout.String(), stderr: stderr.String(), status: statusText(cmd.ProcessState)}
}

// lock takes the lock on the run directory.
func (w *machine) lock() (unlock func() error) {
	w.t.Helper()
	dir, err := os.Open("/run/netns")
	if err == nil {
		err = unix.Flock(int(dir.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return dir.Close
}

// catches reports whether netnsctl runs and is at the steps of a clean-up: it has handlers for all
// signals that end one, of which that for SIGTERM is the last. At its start it has one for SIGUSR1, too, as
// the runtime of Go installs it.
func (w *machine) catches() bool {
	return w.signals(func(caught, _ func(syscall.Signal) bool) bool {
		return caught(unix.SIGINT) && caught(unix.SIGTERM) && !caught(unix.SIGUSR1)
	})
}

// ends reports whether the next signal ends netnsctl, or that has ended: it no longer catches or ignores
// any.
func (w *machine) ends() bool {
	return !w.signals(func(caught, ignored func(syscall.Signal) bool) bool {
		return slices.ContainsFunc([]syscall.Signal{unix.SIGINT, unix.SIGTERM}, func(sig syscall.Signal) bool { return caught(sig) || ignored(sig) })
	})
}

// signals reports whether a netnsctl that has not ended fits, by what it does at signals.
func (w *machine) signals(fits func(caught, ignored func(syscall.Signal) bool) bool) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/status")
	return slices.ContainsFunc(files, func(file string) bool {
		text, _ := os.ReadFile(file)
		in := func(field string) func(syscall.Signal) bool {
			_, rest, _ := strings.Cut(string(text), "\n"+field+":\t")
			set, _ := strconv.ParseUint(rest[:min(len(rest), 16)], 16, 64)
			return func(sig syscall.Signal) bool { return set>>(sig-1)&1 != 0 }
		}
		running := strings.HasPrefix(string(text), "Name:\tnetnsctl\n") && !strings.Contains(string(text), "\nState:\tZ")
		return running && fits(in("SigCgt"), in("SigIgn"))
	})
}

// TestProgress: on a terminal a clean-up with many steps shows how far it is, and then what it has
// done in groups. Ctrl-C ends it.
func TestProgress(t *testing.T) {
	for _, c := range []struct {
		words, keys string
		columns     uint16
		status      int
		shows       []string
	}{
		{
			"delete --force-orphans --min-age 0", "", 120, 0,
			[]string{"cleaning up: 1 of 300 done", "\r\x1b[Kremoved 300 dead files: 1, 2, 3 and 297 more\r\n300 removed, 0 released, 0 skipped\r\n"},
		},
		{"prune --older-than 0 --yes", "", 20, 0, []string{"\rcleaning up: 1 of …\x1b[K", "\r\x1b[Kremoved 300 dead files"}},
		{
			"prune --older-than 0 --yes", "\x03", 120, 130,
			[]string{"\r\x1b[Kremoved 1 (dead-file)\r\n1 removed, 0 released, 0 skipped; interrupted, 299 left: run it again to go on\r\n"},
		},
	} {
		t.Run(c.words+c.keys, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			w.shell(`netnsctl add x; cd /run/netns; for i in $(seq 300); do : >$i; done`)
			cmd := exec.Command(w.program(), strings.Fields(c.words)...)
			cmd.Env = w.env
			unlock := w.lock()
			term := startTerminalOf(t, cmd, c.columns)
			if !poll(w.catches) {
				t.Error("the clean-up has not begun")
			}
			if term.send(c.keys); c.keys != "" && !poll(w.ends) {
				t.Error("Ctrl-C has not come")
			}
			time.Sleep(150 * time.Millisecond) // the progress is shown every 100 ms
			unlock()
			shown := term.rest()
			for _, text := range c.shows {
				if !strings.Contains(shown, text) {
					t.Errorf("no %q in %q", text, shown)
				}
			}
			cmd.Wait()
			if n := strings.Count(shown, "removed"); n != 2 || cmd.ProcessState.ExitCode() != c.status {
				t.Errorf("%d lines, %v: %q", n, cmd.ProcessState, shown)
			}
		})
	}
}
