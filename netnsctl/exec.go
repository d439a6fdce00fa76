package netnsctl

import (
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Exec replaces the process by argv in the namespace of name, entered as by
// [Host.Enter]; it returns only if that fails. The process keeps its pid, and
// the command gets what the process was given at its own start: environment,
// descriptors, signal dispositions and mask, resource limits.
//
// argv[0] is looked up as execvp(3) does, inside.
func (h Host) Exec(name string, argv []string) error {
	h.LeaveVRF()
	if err := h.Enter(name); err != nil {
		return err
	}
	return newOpError(OpExec, argv[0], "", sys.Exec(argv))
}

// ExitStatus is how a command ended.
type ExitStatus struct {
	Code   int
	Signal syscall.Signal // 0 unless a signal ended it
}

// Run is [Host.Exec] in a child, which it waits for. stdin becomes the child's
// standard input.
func (h Host) Run(name string, argv []string, stdin int) (status ExitStatus, err error) {
	threadErr := sys.OnThreadLikeThis(func() {
		h.LeaveVRF()
		if err = h.Enter(name); err != nil {
			return
		}
		var ended sys.ExitStatus
		ended, err = sys.Spawn(argv, [3]int{stdin, 1, 2})
		status = ExitStatus(ended)
		err = newOpError(OpExec, argv[0], "", err)
	})
	if threadErr != nil {
		return status, newOpError(OpEnterNet, name, "", threadErr)
	}
	return status, err
}
