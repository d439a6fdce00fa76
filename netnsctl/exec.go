package netnsctl

import (
	"cmp"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Start says how commands are started. The zero value starts them as package os/exec does.
// A program that replaces itself by the command can use Start to restore what the Go runtime
// has changed, such as signals.
type Start struct {
	// Environ, if not nil, gives the environment in place of [os.Environ].
	Environ func() []string
	// BeforeExec, if not nil, is called by [Host.Exec] right before execve(2), such as
	// to restore signals. Only execve may follow it.
	BeforeExec func()
}

func (s Start) environ() []string {
	if s.Environ == nil {
		return os.Environ()
	}
	return s.Environ()
}

// Exec replaces the process by argv in the namespace of name, entered as by
// [Host.Enter]; it returns only if that fails. It works from any goroutine, and a failed
// Exec leaves every thread where it was, unless [Host.LockedThread] is set: then the
// calling thread may be inside.
//
// The process keeps its pid, its descriptors, resource limits and ignored signals.
// argv[0] is looked up as execvp(3) does, inside. If the command cannot be started, the error
// is an [OpError] of [OpExec]: ENOENT if there is no such command, EINVAL if argv is empty.
// With LockedThread the command also gets what belongs to the calling thread, such as the
// parent-death signal (prctl(2)).
//
// A process that `ip vrf exec` has put into a VRF leaves it, as with `ip netns exec`: see
// [Host.LeaveVRF].
func (h Host) Exec(name string, argv []string, setup Setup) error {
	return h.exec(h.into(name, setup), name, argv, setup)
}

// exec is [Host.Exec] in the namespace that enter leads to; name is empty for a new one.
func (h Host) exec(enter func() error, name string, argv []string, setup Setup) (err error) {
	exec := func() {
		changes := setup.changes(h, name)
		if err = h.prepare(enter, setup); err == nil {
			err = commandError(argv, sys.Exec(argv, h.Start.environ(), changes, h.Start.BeforeExec))
		}
	}
	if h.LockedThread {
		exec()
		return err
	}
	here := sys.OpenPlace()
	defer here.Close()
	if err := here.OnThread(exec); err != nil {
		return newOpError(OpEnterNet, name, "", err)
	}
	return err
}

// into is the way into the namespace of name.
func (h Host) into(name string, setup Setup) func() error {
	return func() error { return h.enter(name, setup) }
}

// prepare does all that comes before the command, for the calling thread.
func (h Host) prepare(enter func() error, setup Setup) error {
	h.LeaveVRF()
	if err := enter(); err != nil {
		return err
	}
	if err := setup.Folder.fill(); err != nil {
		return err
	}
	return setup.become()
}

// commandError is about argv, which may be empty.
func commandError(argv []string, err error) error {
	return newOpError(OpExec, strings.Join(argv[:min(len(argv), 1)], ""), "", err)
}

// ExitStatus is how a command ended.
type ExitStatus struct {
	Code   int
	Signal syscall.Signal // 0 unless a signal ended it
}

// Run runs argv as [Host.Exec] does, but in a child process, and waits for it. It works from
// any goroutine. The files become the standard descriptors of the command; for a file that is
// nil the descriptor is closed. A command that fails is no error: see [ExitStatus]. The
// errors are those of Exec.
func (h Host) Run(name string, argv []string, setup Setup, stdin, stdout, stderr *os.File) (ExitStatus, error) {
	here := sys.OpenPlace()
	defer here.Close()
	return h.runAt(here, h.into(name, setup), name, argv, setup, [3]*os.File{stdin, stdout, stderr})
}

// runAt runs a child on a thread that begins at a place. enter and name are those of exec.
func (h Host) runAt(here *sys.Place, enter func() error, name string, argv []string, setup Setup, files [3]*os.File) (status ExitStatus, err error) {
	fds := [3]int{-1, -1, -1}
	for i, f := range files {
		if f != nil {
			fds[i] = int(f.Fd())
		}
	}
	threadErr := here.OnThread(func() {
		changes := setup.changes(h, name)
		if err = h.prepare(enter, setup); err != nil {
			return
		}
		var ended sys.ExitStatus
		ended, err = sys.Spawn(argv, h.Start.environ(), changes, fds)
		status = ExitStatus(ended)
		err = commandError(argv, err)
	})
	if threadErr != nil {
		return status, newOpError(OpEnterNet, name, "", threadErr)
	}
	return status, err
}

// Outcome is what became of a command in one namespace.
type Outcome struct {
	Name           string
	Status         ExitStatus
	Stdout, Stderr []byte
	// Took is the time from before the namespace was entered to the command's end.
	Took time.Duration
	// Warnings are the failures with which [Host.Run] would have called [Host.Warn].
	// [Host.RunEach] does not call it.
	Warnings []*OpError
	// Err is the reason why the command did not run, or why its output could not be read.
	Err error
}

// RunEach runs argv in each namespace as [Host.Run] does, in up to atOnce of them at a time
// (1 if atOnce is less) and with an empty standard input. When a command has ended, it calls
// tell with the outcome, on the caller's goroutine. The whole output of a command is kept in
// memory until then. If tell panics, RunEach first waits for the commands that run.
func (h Host) RunEach(names []string, atOnce int, argv []string, setup Setup, tell func(Outcome)) {
	here := sys.OpenPlace()
	defer here.Close()
	todo, done := make(chan string), make(chan Outcome)
	var runners sync.WaitGroup
	for range min(max(atOnce, 1), len(names)) {
		runners.Go(func() {
			for name := range todo {
				done <- h.capture(here, name, argv, setup)
			}
		})
	}
	stop := make(chan struct{})
	go func() {
		defer close(done)
		defer runners.Wait()
		defer close(todo)
		for _, name := range names {
			select {
			case todo <- name:
			case <-stop:
				return
			}
		}
	}()
	// tell may panic or end its goroutine, as the method Fatal of package testing does. The
	// runners use here until they end.
	defer func() {
		close(stop)
		for range done {
		}
	}()
	for outcome := range done {
		tell(outcome)
	}
}

// capture runs a command and keeps what it prints. Files in memory, unlike pipes, need
// no reader, and a child that the command leaves behind keeps none waiting.
func (h Host) capture(here *sys.Place, name string, argv []string, setup Setup) Outcome {
	o := Outcome{Name: name}
	h.Warn = func(e *OpError) { o.Warnings = append(o.Warnings, e) }
	var files [3]*os.File
	for i := range files {
		var err error
		if files[i], err = sys.MemoryFile(); err != nil {
			o.Err = commandError(argv, err)
			return o
		}
		defer files[i].Close()
	}
	start := time.Now()
	o.Status, o.Err = h.runAt(here, h.into(name, setup), name, argv, setup, files)
	o.Took = time.Since(start)
	var err1, err2 error
	o.Stdout, err1 = readWritten(files[1])
	o.Stderr, err2 = readWritten(files[2])
	o.Err = cmp.Or(o.Err, commandError(argv, cmp.Or(err1, err2)))
	return o
}

// readWritten reads a file that a child has written, from its beginning.
func readWritten(file *os.File) ([]byte, error) {
	return io.ReadAll(io.NewSectionReader(file, 0, 1<<62))
}
