// Package fastpath answers iproute2's own commands before the rest of the program
// is initialised.
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

// failed is set by init or never.
var failed *FailedDelete

func init() {
	if !compat.AnswersAlone(os.Args) {
		return
	}
	program := Program()
	if program.Face == compat.FaceNetnsctl {
		program.Uncovered = func(name string, before netnsctl.Layer) { failed = &FailedDelete{name, before, 0} }
	}
	status := program.Run(os.Args)
	if failed == nil {
		os.Exit(status)
	}
	failed.Status = status
}

// FailedDelete is a delete that failed in this package. Main tells the user what the
// delete changed before it failed.
type FailedDelete struct {
	Name   string
	Before netnsctl.Layer // was mounted on the name
	Status int
}

// Failed is nil if there was no such delete.
func Failed() *FailedDelete { return failed }

// Program is the call of this process, without what main adds to iproute2's.
func Program() compat.Program {
	return compat.Program{
		Face:   compat.FaceOf(os.Args),
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
	}
}
