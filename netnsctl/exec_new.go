package netnsctl

import (
	"os"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// ExecNew is [Host.Exec] in a new network namespace, which has no name and nothing that could
// stay behind: it ends with its last process. If the caller may not create one, the error is an
// [OpError] of [OpUnshareNet] with EPERM, and nothing has changed.
func (h Host) ExecNew(argv []string, setup Setup) error {
	return h.exec(h.intoNew(setup), "", argv, setup)
}

// RunNew is [Host.Run] in a new network namespace, as [Host.ExecNew] makes it.
func (h Host) RunNew(argv []string, setup Setup, stdin, stdout, stderr *os.File) (ExitStatus, error) {
	here := sys.OpenPlace()
	defer here.Close()
	return h.runAt(here, h.intoNew(setup), "", argv, setup, [3]*os.File{stdin, stdout, stderr})
}

// intoNew is the way into a new namespace.
func (h Host) intoNew(setup Setup) func() error {
	return func() error {
		if err := newNet("", setup.Up); err != nil {
			return err
		}
		if err := h.ownMounts("", setup); err != nil || !setup.IsolateDNS {
			return err
		}
		return h.isolateDNS("", nil)
	}
}
