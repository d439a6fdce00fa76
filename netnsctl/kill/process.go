package kill

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// opened is an open process that was inside when it was opened.
type opened struct {
	Process
	pidfd int
	sent  syscall.Signal // last; 0 before the first
}

// open opens an occupant. It is nil without an error where that has ended or left meanwhile.
func open(fs *procfs.FS, o occupant) (*opened, error) {
	pidfd, err := sys.OpenProcess(o.pid, false)
	switch err {
	case nil:
	case syscall.ESRCH:
		return nil, nil
	default:
		return nil, err
	}
	// Until the process has been waited for nobody else gets its PID: if it has not ended by the end
	// of the look, it is the one that was looked at.
	if p := process(fs, o.namespace, o.pid); isIn(fs, o) {
		if len(sys.WaitEnded([]int{pidfd}, 0)) == 0 {
			return &opened{Process: p, pidfd: pidfd}, nil
		}
	}
	sys.Close(pidfd)
	return nil, nil
}

// send sends a signal, and SIGCONT after it unless it is one that stops.
func (t *opened) send(sig syscall.Signal) error {
	if err := sys.Signal(t.pidfd, sig); err != nil && err != syscall.ESRCH {
		return err
	}
	t.sent = sig
	stops := []syscall.Signal{syscall.SIGSTOP, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGKILL, syscall.SIGCONT}
	if !slices.Contains(stops, sig) {
		_ = sys.Signal(t.pidfd, syscall.SIGCONT) // the first has succeeded, or the process has ended
	}
	return nil
}

// lastSignal is the last real-time signal.
const lastSignal = 64

// ParseSignal reads a signal as kill(1) does: TERM, SIGTERM, in capitals or not, or a number.
func ParseSignal(word string) (syscall.Signal, error) {
	if n, err := strconv.ParseUint(word, 10, 8); err == nil && n > 0 && n <= lastSignal {
		return syscall.Signal(n), nil
	}
	name := strings.ToUpper(word)
	if sig := sys.SignalNumber("SIG" + strings.TrimPrefix(name, "SIG")); sig != 0 {
		return sig, nil
	}
	return 0, fmt.Errorf("unknown signal %q", word)
}

// SignalName is the name of a signal without SIG, or its number.
func SignalName(sig syscall.Signal) string {
	if name := sys.SignalName(sig); name != "" {
		return strings.TrimPrefix(name, "SIG")
	}
	return strconv.Itoa(int(sig))
}

// SignalNames are the names of the signals, without SIG, in the order of their numbers.
func SignalNames() (names []string) {
	for sig := syscall.Signal(1); sig <= lastSignal; sig++ {
		if name := sys.SignalName(sig); name != "" {
			names = append(names, SignalName(sig))
		}
	}
	return names
}
