package kill

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Process is a process in a namespace.
type Process struct {
	Namespace netnsctl.ID
	PID       int
	// Command is the name of the process (comm in proc(5)), which may be any bytes.
	Command string
}

// String is "pid 4711 (nginx)".
func (p Process) String() string { return procfs.Label(p.PID, p.Command, "") }

func process(fs *procfs.FS, id netnsctl.ID, pid int) Process {
	return Process{id, pid, procfs.Command(fs.Helper(), fs.Root(), pid)}
}

// protected are the processes that [End] never ends: netnsctl itself, its ancestors and process 1.
func protected(fs *procfs.FS) []int {
	pids := []int{1, os.Getpid()}
	for pid := os.Getppid(); pid > 0 && !slices.Contains(pids, pid); pid = fs.ParentOf(pid) {
		pids = append(pids, pid)
	}
	return pids
}

// openProc opens procfs. Its numbers must be those of our pid namespace, in which a process is opened.
func openProc(host netnsctl.Host) (*procfs.FS, error) {
	if !procfs.IsOwn(host.Proc()) {
		return nil, fmt.Errorf("%s does not show the processes of our pid namespace", host.Proc())
	}
	fs, err := procfs.OpenWith(host.Proc(), helper.Or(host.Helper))
	return fs, netnsctl.NewOpError(netnsctl.OpReadProc, "", host.Proc(), err)
}

// occupant is a process of which a thread is in a namespace.
type occupant struct {
	pid, tid  int // the leading thread, or one that is inside
	namespace netnsctl.ID
	// partly says that the process itself is elsewhere.
	partly bool
}

// look finds who is in the namespaces, by their inode numbers: these are open, so the numbers stay
// theirs. unread are the processes that could not be inspected.
func look(fs *procfs.FS, namespaces map[uint64]netnsctl.ID) (found []occupant, unread []int, err error) {
	members, err := fs.Members("net")
	if err != nil {
		return nil, nil, netnsctl.NewOpError(netnsctl.OpReadProc, "", fs.Root(), err)
	}
	byPID := map[int][]procfs.Member{}
	for _, m := range members {
		byPID[m.PID] = append(byPID[m.PID], m)
	}
	unread = fs.Helper().SilentProcesses()
	for pid, threads := range byPID {
		// A leader that has ended is not among the members.
		leads := func(m procfs.Member) bool { return m.TID == pid }
		hasLeader := slices.ContainsFunc(threads, leads)
		inside := -1
		for i, m := range threads {
			switch {
			case m.Err != nil:
				unread = append(unread, pid)
			case namespaces[m.Ino] == netnsctl.ID{} || inside >= 0 && !leads(m):
			default:
				inside = i
			}
		}
		if inside >= 0 {
			m := threads[inside]
			found = append(found, occupant{pid, m.TID, namespaces[m.Ino], hasLeader && !leads(m)})
		}
	}
	slices.SortFunc(found, func(a, b occupant) int { return cmp.Compare(a.pid, b.pid) })
	slices.Sort(unread)
	return found, slices.DeleteFunc(slices.Compact(unread), fs.Ends), nil
}

// isIn reports whether an occupant is still in its namespace.
func isIn(fs *procfs.FS, o occupant) bool {
	ino, err := fs.Inode(o.pid, fmt.Sprintf("/task/%d/ns/net", o.tid))
	return err == nil && ino == o.namespace.Ino
}

// RefusedError is the error of [End] where a process is inside that it never ends. Nothing was done.
type RefusedError struct {
	Process
	// Why says what the process is.
	Why string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%v, which is %s, is in %v", e.Process, e.Why, e.Namespace)
}

// refuse gives an error if a process that must not end is in one of the namespaces.
func refuse(fs *procfs.FS, namespaces map[uint64]netnsctl.ID) error {
	for _, pid := range protected(fs) {
		why := "an ancestor of netnsctl"
		switch pid {
		case 1:
			why = "the first process"
		case os.Getpid():
			why = "netnsctl itself"
		}
		ino, err := fs.Inode(pid, "/ns/net")
		id, inside := namespaces[ino]
		switch {
		case errors.Is(err, helper.ErrSilent):
			return err
		case err == nil && inside:
			return &RefusedError{process(fs, id, pid), why}
		}
	}
	// Our own threads are where -netns has put them.
	if _, ino, err := sys.Stat(sys.ThreadNetPath); err == nil && namespaces[ino] != (netnsctl.ID{}) {
		return &RefusedError{process(fs, namespaces[ino], os.Getpid()), "netnsctl itself"}
	}
	return nil
}

// openAll opens namespaces, so that their IDs stay theirs, and gives these by their inode numbers. The
// caller calls closeAll, also after an error.
func openAll(host netnsctl.Host, namespaces []Namespace) (ids map[uint64]netnsctl.ID, closeAll func(), err error) {
	var handles []netns.NsHandle
	closeAll = func() {
		for _, ns := range handles {
			ns.Close()
		}
	}
	ids = map[uint64]netnsctl.ID{}
	for _, n := range namespaces {
		ns, err := host.Open(n.Name)
		if err != nil {
			return nil, closeAll, err
		}
		handles = append(handles, ns)
		is, err := netnsctl.IdentityOf(ns)
		if err != nil {
			return nil, closeAll, err
		}
		if same, _ := n.Identity.Same(is); !same {
			return nil, closeAll, netnsctl.NewOpError(netnsctl.OpOpenNetns, n.Name, "", netnsctl.ErrChanged)
		}
		ids[is.ID.Ino] = is.ID
	}
	return ids, closeAll, nil
}
