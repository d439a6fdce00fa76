package tests

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mixedBatch has lines for netns among others. Line 6, 9 and 13 fail.
const mixedBatch = `netns add a
link show lo
# a comment
netns list
link set lo \
  up
link set nope up
addr show dev lo
netns add a
rule list

addrlabel list
link show dev nope
netns del a
addr add 192.0.2.1/32 dev lo
link
netns list
route list table all`

// newMixed is a machine with the real ip and the face ip, in the variable $FACE. $COUNTED is a
// real ip that writes a line to /run/calls for each call.
func newMixed(t *testing.T) *machine {
	t.Helper()
	needIP(t)
	w := newMachine(t)
	w.env = append(w.env, "REAL="+realIP, "FACE="+filepath.Join(artefact, "face", "ip", "ip"), "COUNTED=/run/counted", "NETNSCTL_IP="+realIP)
	w.shell(`printf '#!/bin/sh\n# iproute2\necho >>/run/calls\nexec %s "$@"\n' $REAL >$COUNTED; chmod 755 $COUNTED; $REAL netns add blue
		for up in up down; do $REAL link set lo $up; $REAL -n blue link set lo $up; done`) // lo has got its qdisc
	return w
}

// TestMixedBatch: the face ip prints what the real ip prints, in the same order.
func TestMixedBatch(t *testing.T) {
	t.Parallel()
	w := newMixed(t)
	if err := os.WriteFile("/run/lines", []byte(mixedBatch), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, options := range []string{
		"", "-force", "-j", "-force -j", "-force -j -p", "-force -o -d -s", "-force -br", "-force -c=always", "-force -4", "-force -n blue",
	} {
		for _, call := range []string{"$IP $OPTIONS -b /run/lines", "$IP $OPTIONS -b - </run/lines", "cat /run/lines | $IP $OPTIONS -b -"} {
			run := func(ip string) string {
				return w.shell(`IP=` + ip + ` OPTIONS="` + options + `"
					$REAL link set lo down; $REAL addr flush dev lo; $REAL -n blue link set lo down; $REAL -n blue addr flush dev lo
					status=0; { ` + call + `; } 2>&1 || status=$?
					echo "status $status"; $REAL netns list; $REAL -o addr; $REAL netns del a 2>/dev/null || true`)
			}
			if real, face := run("$REAL"), run("$FACE"); face != real {
				t.Errorf("%s %s: the face ip prints\n%s\nthe real ip\n%s", options, call, face, real)
			}
		}
	}
}

// TestMixedBatchEnd: a backslash at the end of a file without a newline is an ordinary character,
// and a setting of the real ip lasts over a line that fails or shows nothing.
func TestMixedBatchEnd(t *testing.T) {
	t.Parallel()
	w := newMixed(t)
	batches := []string{
		`netns list\nlink show lo\`, `netns list\nlink set lo down\`, `netns list\nlink show lo\nlink set lo mtu 1500\`,
		`link show lo\`, `netns list\nlink show lo`, `netns list\`,
	}
	if ipVersion() < 7000 { // that of iproute2 7 answers when it ends
		batches = append(batches, `link show nosuch\nnetns list\naddr show lo\n`,
			`netns list\nlink show nosuch\nnetns list\naddr show lo\n`, `addr show up\nlink show lo\nnetns list\naddr show lo\n`)
	}
	for _, lines := range batches {
		for _, options := range []string{"", "-force", "-force -o", "-force -4", "-force -j"} {
			run := func(ip string) string {
				return w.shell("printf '" + lines + "' >/run/lines; status=0; " + ip + " " + options + ` -b /run/lines 2>&1 || status=$?
					echo "status $status"; $REAL -o link show lo`)
			}
			if real, face := run("$REAL"), run("$FACE"); face != real {
				t.Errorf("%s %s: the face ip prints\n%s\nthe real ip\n%s", options, lines, face, real)
			}
		}
	}
}

// TestMixedBatchOneChild: one process of the real ip runs all lines that have no answer.
func TestMixedBatchOneChild(t *testing.T) {
	t.Parallel()
	w := newMixed(t)
	calls := w.shell(`for i in 1 2 3 4 5 6 7 8 9; do echo "netns add n$i"; echo 'link set lo up'; echo "link set lo down"; done >/run/lines
		NETNSCTL_IP=$COUNTED $FACE -b /run/lines
		wc -l </run/calls`)
	if strings.TrimSpace(calls) != "1" {
		t.Errorf("%s calls of the real ip", calls)
	}
}

// TestMixedBatchAtOnce: a program that writes a line gets its answer before it writes the next.
func TestMixedBatchAtOnce(t *testing.T) {
	t.Parallel()
	w := newMixed(t)
	if ipVersion() >= 7000 {
		t.Skip("the ip of iproute2 7 answers when it ends")
	}
	b := w.startBatch()
	for range 3 {
		io.WriteString(b.lines, "netns list\nlink show lo\n")
		if name, _ := b.answers.ReadString('\n'); name != "blue\n" {
			t.Errorf("list: %q", name)
		}
		if answer, _ := b.answers.ReadString('\n'); !strings.Contains(answer, "lo: <") {
			t.Errorf("link show: %q", answer)
		}
		b.answers.ReadString('\n')
	}
	b.lines.Close()
	if err := b.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// TestMixedBatchKilled: no process is left, whichever is killed.
func TestMixedBatchKilled(t *testing.T) {
	t.Parallel()
	w := newMixed(t)
	before := w.processes()
	gone := func() bool { return w.processes() == before }
	for _, line := range []string{"link set lo up", "monitor"} {
		b := w.startBatch()
		io.WriteString(b.lines, "netns list\n"+line+"\n")
		eventuallyT(t, line+": a child", func() bool { return childIP() != "" })
		b.cmd.Process.Kill()
		b.cmd.Wait()
		eventuallyT(t, line+": the child ends", gone)
		b.lines.Close()
	}
	b := w.startBatch()
	io.WriteString(b.lines, "netns list\nlink set lo up\n")
	eventuallyT(t, "a child", func() bool { return childIP() != "" })
	w.shell("kill -9 " + childIP())
	eventuallyT(t, "the child ends", func() bool { return childIP() == "" })
	io.WriteString(b.lines, "link set lo up\nnetns add never\n")
	b.lines.Close()
	if b.cmd.Wait(); b.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("status %d after the child was killed", b.cmd.ProcessState.ExitCode())
	}
	if names := w.names(); names != "blue" {
		t.Errorf("names %s after the child was killed", names)
	}
	eventuallyT(t, "all end", gone)
}

// TestMixedBatchTerminal: on a terminal, too, answers and errors are in order, and Ctrl-C ends all.
func TestMixedBatchTerminal(t *testing.T) {
	t.Parallel()
	w := newMixed(t)
	w.shell(`printf 'netns list\nlink show lo\nlink set nope up\nlink show lo\nnetns\nmonitor\n' >/run/lines`)
	term := w.startShell("$FACE -force -b /run/lines")
	for _, text := range []string{"blue", "lo: <", "\"nope\"", "Command failed /run/lines:3", "lo: <", "blue"} {
		term.expect(text)
	}
	eventuallyT(t, "the monitor", func() bool { return childIP() != "" })
	term.send("\x03")
	term.rest() // until nobody has the terminal open
	if child := childIP(); child != "" {
		t.Errorf("process %s of the real ip is left", child)
	}
}

// runningBatch is a call of the face ip that reads its lines from a pipe.
type runningBatch struct {
	cmd     *exec.Cmd
	lines   io.WriteCloser
	answers *bufio.Reader
}

func (w *machine) startBatch() *runningBatch {
	w.t.Helper()
	b := &runningBatch{cmd: exec.Command(filepath.Join(artefact, "face", "ip", "ip"), "-b", "-")}
	b.cmd.Env = w.env
	lines, err := b.cmd.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	answers, err := b.cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	b.lines, b.answers = lines, bufio.NewReader(answers)
	if err := b.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { b.cmd.Process.Kill(); b.cmd.Wait() })
	return b
}

// childIP is the pid, inside, of the only process of the real ip, or empty.
func childIP() string {
	path, _ := filepath.EvalSymlinks(realIP)
	files, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, file := range files {
		if exe, _ := os.Readlink(file); exe == path {
			return filepath.Base(filepath.Dir(file))
		}
	}
	return ""
}
