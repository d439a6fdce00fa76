package clean

import (
	"errors"
	"fmt"
)

// release ends the planned mounts of an orphan, each in the mount namespace where
// it is.
func (a *applier) release(step Step) error {
	ended := 0
	for _, stack := range stacks(step.Mounts) {
		n, err := a.unmountStack(step, stack)
		ended += n
		if err != nil && ended > 0 {
			return partly{ended, err}
		}
		if err != nil {
			return err
		}
	}
	if ended == 0 {
		return errGone
	}
	if len(step.Left) == 0 {
		delete(a.orphans, step.Namespace.ID.Ino) // nothing depends on it any more
	}
	return nil
}

// partly is the failure of a step that has ended some mounts before.
type partly struct {
	ended int
	err   error
}

func (p partly) Error() string {
	return fmt.Sprintf("%v (%d of its mounts ended before)", p.err, p.ended)
}

func (p partly) Unwrap() error {
	if errors.As(p.err, new(changed)) {
		return nil // which would say that nothing was done
	}
	return p.err
}
