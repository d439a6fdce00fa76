package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/netnsctl/netnsctl/compat/proc"
)

// interruption is what has ended a command before it was done.
type interruption struct {
	// Interrupted says that a signal has ended the command, and by what has it.
	Interrupted bool
	by          proc.Interrupt
	// NotDone is how many steps the command had not begun.
	NotDone int
}

// interruptionOf is the signal that has ended the context of a command, if steps were not done or
// there is more to do.
func interruptionOf(ctx context.Context, notDone int, more bool) interruption {
	by, ok := errors.AsType[proc.Interrupt](context.Cause(ctx))
	return interruption{ok && (notDone > 0 || more), by, notDone}
}

// status is the error of a command that was interrupted, else err.
func (i interruption) status(err error) error {
	if i.Interrupted {
		return status(i.by.Status())
	}
	return err
}

// text is what the summary says of it.
func (i interruption) text() string {
	switch {
	case !i.Interrupted:
		return ""
	case i.NotDone > 0:
		return fmt.Sprintf("; interrupted, %d left: run it again to go on", i.NotDone)
	}
	return "; interrupted"
}
