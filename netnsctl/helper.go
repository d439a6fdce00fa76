package netnsctl

import "github.com/netnsctl/netnsctl/netnsctl/internal/helper"

// ErrNoAnswer says that a file system, or a process in procfs, does not answer.
var ErrNoAnswer = helper.ErrSilent

// Helper does in child processes what may never return, such as looking up a path on a file
// system whose server does not answer. A child that does not answer within about a second
// is given up, and is left behind until the server answers or ends.
//
// The zero value uses threads of the calling process instead. A thread that is given up keeps
// the process from ending. A Helper with Process set starts the program of the process again, which
// must call [ServeHelper] before all else.
type Helper = helper.Helper

// ServeHelper does the work of a child of a [Helper] and returns true if the process, whose
// command line is argv, is one. The program then ends. In all other processes ServeHelper returns false at
// once.
func ServeHelper(argv []string) bool { return helper.Serve(argv) }

// lookup only holds what a name, or without a Resolve any path below the run directory, leads to.
func (h Host) lookup(name string) (int, error) {
	if ValidName(name) {
		return helper.Or(h.Helper).LookupEntry(h.NamePath(name))
	}
	return helper.Or(h.Helper).Lookup(h.NamePath(name))
}
