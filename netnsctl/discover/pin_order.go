package discover

import (
	"cmp"
	"strings"
)

// comparePins is the order of a namespace's pins, the same in every scan of the same
// host: what the processes have, one after the other, then the mounts, and first of
// these those in pid 1's mount namespace and in our own.
func comparePins(a, b Pin) int {
	if c := cmp.Compare(a.class(), b.class()); c != 0 {
		return c
	}
	c := cmp.Or(
		cmp.Compare(a.PID, b.PID), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.TID, b.TID), cmp.Compare(a.FD, b.FD),
	)
	if c != 0 || a.Mount == nil || b.Mount == nil {
		return c
	}
	return compareMounts(a.Mount, b.Mount)
}

// class has the processes inside first, then threads, then what other processes have,
// then what has no process.
func (p Pin) class() int {
	switch {
	case p.Kind == Process:
		return 0
	case p.Kind == Thread:
		return 1
	case p.PID != 0:
		return 2
	case p.Kind == MountPin, p.Kind == FileSystem:
		return 3
	}
	return 4
}

// compareMounts leaves mounts on one another in the order in which they were made.
func compareMounts(a, b *Mount) int {
	far := func(m *Mount) int {
		switch {
		case m.Host:
			return 0
		case m.Own:
			return 1
		}
		return 2
	}
	return cmp.Or(
		cmp.Compare(far(a), far(b)), cmp.Compare(a.Namespace, b.Namespace), strings.Compare(a.Path, b.Path),
	)
}
