// Package fastpath answers iproute2's own commands before the rest of the program
// is initialised, and does the work of a helper process (netnsctl.ServeHelper).
//
// Go initialises packages in the order of their import paths, each after what it
// imports (the specification, "Program initialization", since Go 1.21). This
// package therefore comes before urfave/cli, regexp and text/template, whose
// tables every `exec` would pay for, and main has not begun: the goroutine is
// still bound to the process' first thread, without the thread that
// [runtime.LockOSThread] would add. TestEarly fails where the order is another.
//
// The package knows no command and no flag. [compat.AnswersAlone] takes only calls
// whose every word iproute2's grammar accounts for; main answers all others.
package fastpath

import (
	"os"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// program is set by init, and failed by init or never.
var (
	program compat.Program
	failed  *FailedCall
)

func init() {
	if netnsctl.ServeHelper(os.Args) {
		os.Exit(0)
	}
	program = read()
	if program.RunDirErr != nil || !compat.AnswersAlone(program.Host, os.Args) {
		return
	}
	call := program
	if call.Face == compat.FaceNetnsctl {
		call.Busy = func(name string, before netnsctl.Layer) { failed = &FailedCall{Name: name, Before: before} }
		call.AtLimit = func(e *netnsctl.OpError) { failed = &FailedCall{AtLimit: e} }
	}
	status := call.Run(os.Args)
	if failed == nil {
		Exit(status)
	}
	failed.Status = status
}

// FailedCall is a call that failed in this package, after its message: main tells the user
// more about it.
type FailedCall struct {
	// AtLimit is the step that a limit did not allow, or nil for a delete that failed.
	AtLimit *netnsctl.OpError
	// Name is the name that was to be deleted, and Before was mounted on it.
	Name   string
	Before netnsctl.Layer
	Status int
}

// Failed is nil if there was no such call.
func Failed() *FailedCall { return failed }

// helper is the same for all of the process: it knows what does not answer.
var helper = &netnsctl.Helper{Process: true}

// Exit ends the process and its idle helpers: whoever looks next does not see them.
func Exit(status int) {
	helper.Rest()
	os.Exit(status)
}

// Program is the call of this process, without what main adds to iproute2's.
func Program() compat.Program { return program }

// read reads what the process was given. To find the run directory may take reading the real `ip`.
func read() compat.Program {
	dir, err := compat.RunDir(os.Args, helper)
	return compat.Program{
		Face:      compat.FaceOf(os.Args),
		Host:      netnsctl.Host{RunDir: dir, Helper: helper},
		RunDirErr: err,
		Stdin:     os.Stdin,
		Stdout:    os.Stdout,
		Stderr:    os.Stderr,
	}
}
