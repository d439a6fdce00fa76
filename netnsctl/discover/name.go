package discover

import (
	"errors"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// RunDir is the open run directory, for looking at one name after another.
type RunDir struct {
	s    *scan
	path string
	fd   int
	// under is a copy of the mount that shows the files under the names' mounts;
	// -1 where the caller may not make one.
	under int
	stat  sys.FileStat
	tmpfs bool
}

// OpenRunDir opens the run directory of host.
func OpenRunDir(host netnsctl.Host) (*RunDir, error) {
	s := &scan{host: host, snap: &Snapshot{}, nets: map[uint64]*Namespace{}, mounts: map[uint64]*MountNamespace{}}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	d, err := s.openRunDir()
	if err != nil {
		sys.Close(s.proc)
	}
	return d, err
}

func (s *scan) openRunDir() (*RunDir, error) {
	dir := s.host.Dir()
	fd, err := sys.OpenDir(dir)
	if err != nil {
		return nil, netnsctl.NewOpError(netnsctl.OpReadRunDir, "", dir, err)
	}
	d := &RunDir{s: s, path: dir, fd: fd, under: -1}
	if under, err := sys.CloneMount(fd, ""); err == nil {
		d.under = under
	}
	if err := sys.StatFD(fd, &d.stat); err != nil {
		d.close()
		return nil, netnsctl.NewOpError(netnsctl.OpReadRunDir, "", dir, err)
	}
	d.tmpfs = sys.OnTmpfs(fd)
	return d, nil
}

// Current tells whether the path of the run directory still leads there.
func (d *RunDir) Current() bool {
	var now sys.FileStat
	err := sys.StatFollow(d.path, &now)
	return err == nil && now.Dev == d.stat.Dev && now.Ino == d.stat.Ino && now.MountID == d.stat.MountID
}

// Close closes a directory of [OpenRunDir]. It waits for the kernel to let go of the
// copy of the mount, which takes up to some milliseconds.
func (d *RunDir) Close() {
	d.close()
	sys.Close(d.s.proc)
}

func (d *RunDir) close() {
	sys.Close(d.fd)
	if d.under >= 0 {
		sys.Close(d.under)
	}
}

// FD is the directory's descriptor.
func (d *RunDir) FD() int { return d.fd }

// readNames looks at every entry of the run directory. Where the mounts have
// told already that a namespace is mounted on it, that is enough.
func (s *scan) readNames() {
	names, err := s.host.Names()
	if errors.Is(err, syscall.ENOENT) {
		return
	}
	var d *RunDir
	if err == nil {
		d, err = s.openRunDir()
	}
	if err != nil {
		s.snap.Blind = append(s.snap.Blind, Blind{What: "the names in " + s.host.Dir(), Grave: true})
		return
	}
	defer d.close()
	slices.Sort(names)
	mounted := s.mountedNames()
	on := ""
	if s.opts.Files {
		on = s.onFile(d)
	}
	for _, name := range names {
		n := &Name{Name: name, Mounted: true}
		if ino, ok := mounted[name]; ok {
			n.ID = s.namespace(ino).ID
			n.Top = n.ID
		} else if n = d.Look(name); n == nil {
			continue // gone meanwhile
		}
		if on != "" {
			n.On = path.Join(on, name)
		}
		s.snap.Names = append(s.snap.Names, n)
		if n.ID != (netnsctl.ID{}) {
			ns := s.namespace(n.ID.Ino)
			ns.Names = append(ns.Names, name)
		}
	}
}

// mountedNames are those on which our own mount namespace has a network
// namespace, with nothing above it.
func (s *scan) mountedNames() map[string]uint64 {
	found := map[string]uint64{}
	for ino, ns := range s.nets {
		for _, p := range ns.Pins {
			if p.Kind == MountPin && p.Mount.Host && p.Mount.Usable {
				found[p.Mount.Name] = ino
			}
		}
	}
	return found
}

// Look looks at one name; nil if it is not there. Its verdict is Stale, Unknown,
// or empty: then it leads to the network namespace ID.
func (d *RunDir) Look(name string) *Name {
	path := d.path + "/" + name
	fd, err := sys.OpenPath(path)
	if err != nil {
		if err == syscall.ENOENT {
			return nil
		}
		return &Name{Name: name, Verdict: Unknown, Detail: err.Error()}
	}
	defer sys.Close(fd)
	var top sys.FileStat
	if err := sys.StatFD(fd, &top); err != nil {
		return &Name{Name: name, Verdict: Unknown, Detail: err.Error()}
	}
	n := &Name{Name: name, Mounted: d.stat.MountID != 0 && top.MountID != d.stat.MountID}
	n.File = d.file(name, top, n.Mounted)
	switch {
	case n.Mounted && top.Dev == d.s.nsfs:
		d.namespace(n, path)
	case n.Mounted:
		n.stale(NoNamespace, "a mount of something else")
	case n.File.Kind == Link:
		d.link(n, path)
	case n.File.Kind == Regular && n.File.Size == 0:
		n.stale(DeadFile, "")
	case n.File.Kind == Regular:
		n.stale(NoNamespace, "a file with content")
	default:
		n.stale(NoNamespace, "a "+string(n.File.Kind))
	}
	return n
}

func (n *Name) stale(cause Cause, detail string) {
	n.Verdict, n.Cause, n.Detail = Stale, cause, detail
}

// file identifies the entry under what is mounted on it.
func (d *RunDir) file(name string, top sys.FileStat, mounted bool) File {
	st := top
	if d.under >= 0 {
		if sys.StatLink(d.under, name, &st) != nil {
			return File{}
		}
	} else if mounted {
		return File{}
	}
	f := File{Dev: st.Dev, Ino: st.Ino, Kind: kindOf(st.Kind()), Size: st.Size, Born: st.Birth}
	if f.Born.IsZero() {
		f.Born = st.Changed
	}
	if f.Kind == Link {
		f.Target, _ = os.Readlink(d.path + "/" + name)
	}
	if f.Kind != Regular {
		f.Size = 0 // of a directory, it says nothing
	}
	return f
}

func kindOf(kind uint32) FileKind {
	switch kind {
	case sys.KindRegular:
		return Regular
	case sys.KindDirectory:
		return Directory
	case sys.KindLink:
		return Link
	case sys.KindFifo:
		return Fifo
	case sys.KindSocket:
		return Socket
	}
	return Device
}

// namespace asks an nsfs file for its type.
func (d *RunDir) namespace(n *Name, path string) {
	fd, err := sys.Open(path)
	if err != nil {
		n.Verdict, n.Detail = Unknown, err.Error()
		return
	}
	defer sys.Close(fd)
	dev, ino, err := sys.Fstat(fd)
	if err != nil || dev != d.s.nsfs {
		n.Verdict, n.Detail = Unknown, "changed while we looked"
		return
	}
	n.Top = netnsctl.ID{Dev: dev, Ino: ino}
	kind, err := sys.NamespaceType(fd)
	switch {
	case err != nil:
		n.Verdict, n.Detail = Unknown, err.Error()
	case kind != sys.TypeNet:
		n.stale(WrongType, "of type "+sys.TypeName(kind))
	default:
		n.ID = n.Top
	}
}

// link follows a symbolic link.
func (d *RunDir) link(n *Name, path string) {
	pid, toProcess := procLink(n.File.Target, d.s.host.Proc())
	if toProcess && n.File.Born.Before(d.s.self.pids) {
		n.Verdict, n.Detail = Unknown, "a link to a process, older than this pid namespace"
		return
	}
	var st sys.FileStat
	err := sys.StatFollow(path, &st)
	switch {
	case err == syscall.ELOOP:
		n.stale(LinkLoop, "")
	case err == syscall.ENOENT || err == syscall.ENOTDIR || err == syscall.ESRCH:
		n.stale(DanglingLink, "to "+n.File.Target)
	case err != nil:
		n.Verdict, n.Detail = Unknown, err.Error()
	case st.Dev != d.s.nsfs:
		n.stale(NoNamespace, "a link to "+n.File.Target)
	default:
		if toProcess && d.recycled(n, pid) {
			n.stale(RecycledPID, "pid "+strconv.Itoa(pid)+" is younger than the link")
			return
		}
		d.namespace(n, path)
	}
}

// procLink gives the process of a link such as /proc/1234/ns/net.
func procLink(target, proc string) (pid int, ok bool) {
	rest, ok := strings.CutPrefix(target, proc+"/")
	if !ok {
		return 0, false
	}
	digits, _, ok := strings.Cut(rest, "/")
	pid, err := strconv.Atoi(digits)
	return pid, ok && err == nil && pid > 0 && strconv.Itoa(pid) == digits
}

// clockSlack is how far the clocks of files (a scheduler tick) and processes
// (a hundredth of a second) may be apart.
const clockSlack = 20 * time.Millisecond

// recycled tells whether a link is older than the process that it leads to:
// then the pid meant another one. A link on a tmpfs that seems older than the
// boot tells that the clock was set since, so nothing can be said.
func (d *RunDir) recycled(n *Name, pid int) bool {
	started, err := d.s.started(pid)
	if err != nil || d.tmpfs && n.File.Born.Before(d.s.self.boot.Add(-clockSlack)) {
		return false
	}
	return started.Sub(n.File.Born) > clockSlack
}

// onFile is the run directory as [Mount.File] has it; empty where that cannot be
// told.
func (s *scan) onFile(d *RunDir) string {
	text, err := s.readAt("thread-self/mountinfo")
	if err != nil {
		return ""
	}
	var t mountTable
	t.index(text)
	row, ok := t.byID[int(d.stat.MountID)]
	below, inside := strings.CutPrefix(s.self.runDir, strings.TrimSuffix(row.point, "/"))
	if !ok || !inside {
		return ""
	}
	return row.dev + ":" + path.Join(row.root, below)
}

// UnlinkEverywhere removes a name's file with all that is mounted on it, in every
// mount namespace.
func (d *RunDir) UnlinkEverywhere(name string) error {
	if d.under < 0 {
		return syscall.EBUSY
	}
	return sys.UnlinkElsewhere(d.under, name)
}
