package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// usage is what a command took.
type usage struct {
	// Blocked is the time in which no thread of the command, nor of its children, was
	// running or waiting for a processor: a busy machine does not make it longer.
	Blocked time.Duration
	CPU     time.Duration
	// Memory is the most that one process of it had in memory, in bytes.
	Memory int64
	Status string
	// Hung says that the command did not end in time; Unkillable that SIGKILL did not
	// end it. Where is where in the kernel it waited longest.
	Hung, Unkillable bool
	Where            string
}

// Limits of every command, whatever local users prepare.
const (
	maxTime   = 2 * time.Second
	maxMemory = 64 << 20
)

// A command counts as hung when it has waited so long, or has not ended after commandTimeout.
const hung = 3 * maxTime

// measure runs netnsctl as root and tells what it took. It ends what hangs; a process
// that even SIGKILL does not end is left to the end of the attackers.
func (b *battlefield) measure(words ...string) (answer, usage) {
	b.t.Helper()
	var a answer
	var u usage
	var files [2]*os.File
	for i := range files {
		fd, err := unix.MemfdCreate("std", unix.MFD_CLOEXEC)
		if err != nil {
			b.t.Fatal(err)
		}
		files[i] = os.NewFile(uintptr(fd), "std")
		defer files[i].Close()
	}
	report, w, err := os.Pipe()
	if err != nil {
		b.t.Fatal(err)
	}
	defer report.Close()
	cmd := exec.Command("/proc/self/exe", append([]string{b.program()}, words...)...)
	cmd.Args[0] = "measure"
	cmd.Env = append(b.env, attackVariable+"=measure", "NETNSCTL_TEST_PATIENCE="+fmt.Sprint(patience()))
	cmd.Stdout, cmd.Stderr = files[0], files[1]
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	w.Close()
	if err != nil {
		b.t.Fatal(err)
	}
	text, _ := io.ReadAll(report)
	cmd.Wait()
	if err := json.Unmarshal(text, &u); err != nil {
		b.t.Fatalf("%q: %v: %s", words, err, content(files[1]))
	}
	a.stdout, a.stderr, a.status = content(files[0]), content(files[1]), u.Status
	return a, u
}

// measureTwice measures again what took too long, and gives the better result: a lock of the
// kernel that the whole machine shares may be in use just then. What hangs is not tried again.
func (b *battlefield) measureTwice(words ...string) (answer, usage) {
	b.t.Helper()
	a, u := b.measure(words...)
	if u.Hung || u.exceeds() == "" {
		return a, u
	}
	again, v := b.measure(words...)
	if v.Hung || v.exceeds() != "" {
		return again, v
	}
	return a, v
}

// brisk is measure for a command that has to keep the limits.
func (b *battlefield) brisk(words ...string) answer {
	b.t.Helper()
	a, u := b.measureTwice(words...)
	if problem := u.exceeds(); problem != "" {
		b.t.Errorf("%q: %s\n%.2000s", words, problem, a.stdout+a.stderr)
	}
	if strings.Contains(a.stderr, "goroutine ") {
		b.t.Errorf("%q crashes: %.4000s", words, a.stderr)
	}
	return a
}

// exceeds says which limit was not kept. `make test`, which runs on busy machines, fails for
// what hangs, and for no time.
func (u usage) exceeds() string {
	switch {
	case u.Unkillable:
		return "hangs in spite of SIGKILL: " + u.Where
	case u.Hung:
		return fmt.Sprintf("hangs: %s (%v of processor time)", u.Where, u.CPU)
	case attacksInFull && u.Blocked+u.CPU > maxTime*time.Duration(patience()):
		return fmt.Sprintf("took too long: waited %v (%s), worked %v", u.Blocked, u.Where, u.CPU)
	case u.Memory > maxMemory:
		return fmt.Sprintf("took %d MiB of memory", u.Memory>>20)
	}
	return ""
}

// measureCommand is the process between the test and the command: the command's
// rusage must not contain the memory of the tests, which a fork shares.
func measureCommand(argv []string) {
	unix.CloseOnExec(3)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Args[0] = "netnsctl"
	if len(argv) > 1 && argv[1] == "ip" { // the other face
		cmd.Args = argv[1:]
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	os.Unsetenv(attackVariable)
	cmd.Env = os.Environ()
	check(cmd.Start())
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	var u usage
	u.watch(cmd.Process.Pid, ended)
	if !u.Unkillable {
		u.Status = statusText(cmd.ProcessState)
		r := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		u.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		u.Memory = r.Maxrss << 10
	}
	if u.Hung {
		u.Status = "timeout"
	}
	report := os.NewFile(3, "report")
	check(json.NewEncoder(report).Encode(u))
	report.Close()
}

// watch samples a command until it ends.
func (u *usage) watch(pid int, ended chan struct{}) {
	const interval = 10 * time.Millisecond
	tick := time.NewTicker(interval)
	defer tick.Stop()
	begin := time.Now()
	waits, longest := map[string]time.Duration{}, time.Duration(0)
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
		}
		running, where := treeState(strconv.Itoa(pid))
		// Without a thread it has ended, and the kernel is still at work on what its parent waits
		// for (release_task in kernel/exit.c).
		if !running && where != "" {
			u.Blocked += interval
			waits[where] += interval
			if waits[where] > longest {
				longest, u.Where = waits[where], fmt.Sprintf("%v in %s", waits[where], where)
			}
		}
		if u.Blocked > 2*hung*time.Duration(patience()) || time.Since(begin) > commandTimeout {
			u.Hung = true
			break
		}
	}
	syscall.Kill(-pid, syscall.SIGKILL)
	select {
	case <-ended:
	case <-time.After(2 * time.Second):
		u.Unkillable = true
		_, u.Where = treeState(strconv.Itoa(pid))
	}
}

// treeState reports whether a thread of a process or its descendants can run, and where in
// the kernel they are. It looks at no other process: an attacker's may not answer.
func treeState(pid string) (running bool, where string) {
	threads, _ := filepath.Glob("/proc/" + pid + "/task/*")
	for _, thread := range threads {
		text, _ := os.ReadFile(thread + "/stat")
		_, rest, _ := strings.Cut(string(text), ") ")
		running = running || strings.HasPrefix(rest, "R")
		wchan, _ := os.ReadFile(thread + "/wchan")
		where += rest[:min(1, len(rest))] + ":" + string(wchan) + " "
		children, _ := os.ReadFile(thread + "/children")
		for child := range strings.FieldsSeq(string(children)) {
			runs, at := treeState(child)
			running, where = running || runs, where+at
		}
	}
	return running, where
}
