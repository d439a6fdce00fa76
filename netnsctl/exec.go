package netnsctl

import (
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Exec replaces the process by argv in the namespace of name, entered as by
// [Host.Enter], whose contract holds for a failed Exec; it returns only if it fails.
// The process keeps its pid. argv[0] is looked up as execvp(3) does, inside. The
// command gets what the process was given at its own start: environment, descriptors,
// signal dispositions and mask, resource limits.
func (h Host) Exec(name string, argv []string) error { return h.ExecIn(name, argv, Setup{}) }

// ExecIn is [Host.Exec] with another setup.
func (h Host) ExecIn(name string, argv []string, setup Setup) error {
	if err := h.prepare(name, setup); err != nil {
		return err
	}
	return newOpError(OpExec, argv[0], "", sys.Exec(argv, setup.Env))
}

// prepare does all that comes before the command, for the calling thread.
func (h Host) prepare(name string, setup Setup) error {
	h.LeaveVRF()
	if err := h.enter(name, setup); err != nil {
		return err
	}
	if err := setup.Folder.fill(); err != nil {
		return err
	}
	return setup.become()
}

// ExitStatus is how a command ended.
type ExitStatus struct {
	Code   int
	Signal syscall.Signal // 0 unless a signal ended it
}

// Run is [Host.Exec] in a child, which it waits for. stdin becomes the child's
// standard input.
func (h Host) Run(name string, argv []string, stdin int) (ExitStatus, error) {
	return h.RunIn(name, argv, Setup{}, stdin)
}

// RunIn is [Host.Run] with another setup.
func (h Host) RunIn(name string, argv []string, setup Setup, stdin int) (ExitStatus, error) {
	here := sys.OpenPlace()
	defer here.Close()
	return h.runAt(here, name, argv, setup, [3]int{stdin, 1, 2})
}

// runAt runs a child on a thread that begins at a place.
func (h Host) runAt(here *sys.Place, name string, argv []string, setup Setup, files [3]int) (status ExitStatus, err error) {
	threadErr := here.OnThread(func() {
		if err = h.prepare(name, setup); err != nil {
			return
		}
		var ended sys.ExitStatus
		ended, err = sys.Spawn(argv, setup.Env, files)
		status = ExitStatus(ended)
		err = newOpError(OpExec, argv[0], "", err)
	})
	if threadErr != nil {
		return status, newOpError(OpEnterNet, name, "", threadErr)
	}
	return status, err
}
