package tests

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// world is the state in which a drawn call is made.
type world struct {
	dir     string  // what the run directory is: see runDirs
	entries []thing // in the order of their making
	many    int     // entries that are made first, of all kinds
}

// thing is an entry of the run directory.
type thing struct {
	name string
	kind string // see thingKinds
	of   string // the name that a link or an alias leads to
	nsid int    // -1 if it has none
	proc bool   // a process is inside
	etc  string // a file in /etc/netns/NAME
}

var (
	// shared is what ip makes itself; weights by repetition.
	runDirs = []string{
		"shared", "shared", "shared", "shared", "shared", "shared", "shared",
		"plain", "missing", "file", "dangling", "link", "private", "open",
	}
	thingKinds = []string{"netns", "netns", "netns", "netns", "alias", "dead", "file", "dir", "dangling", "link", "uts", "own", "stacked"}
)

func (w world) String() string {
	text := fmt.Sprintf("run directory: %s, %d more entries", w.dir, w.many)
	for _, e := range w.entries {
		text += fmt.Sprintf("\n%q: %s", e.name, e.kind)
		if e.of != "" {
			text += " of " + e.of
		}
		if e.nsid >= 0 {
			text += fmt.Sprintf(", nsid %d", e.nsid)
		}
		if e.proc {
			text += ", with a process"
		}
		if e.etc != "" {
			text += ", with /etc/netns/NAME/" + e.etc
		}
	}
	return text
}

// worldMaker builds worlds in one sandbox, one after the other.
type worldMaker struct {
	*sandbox
	home  int // the sandbox's own network namespace in this world
	procs []*exec.Cmd
	pid   string // of the last process made
	err   error
}

// own is the calling thread's network namespace; the sandbox's /proc does not
// show us, and the working directory is the machine's.
const own = "thread-self/ns/net"

func (m *worldMaker) do(err error) {
	if m.err == nil {
		m.err = err
	}
}

// build makes a world. The namespaces are new each time: numbers stay with
// them.
func (m *worldMaker) build(w world) error {
	m.err, m.pid = nil, "1"
	m.do(unix.Unshare(unix.CLONE_NEWNET))
	m.do(m.freshRun())
	home, err := unix.Open(own, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	m.do(err)
	m.home = home
	m.self, err = netnsOf(own)
	m.do(err)
	m.makeDir(w.dir)
	m.makeMany(w.many)
	for _, e := range w.entries {
		m.makeThing("/run/netns/"+e.name, e)
	}
	return m.err
}

func (m *worldMaker) makeDir(kind string) {
	const dir = "/run/netns"
	switch kind {
	case "shared":
		m.do(os.Mkdir(dir, 0o755))
		m.do(mount(dir, dir, "", unix.MS_BIND, ""))
		m.do(mount("", dir, "", unix.MS_SHARED, ""))
	case "plain":
		m.do(os.Mkdir(dir, 0o755))
	case "private":
		m.do(os.Mkdir(dir, 0o700))
	case "open":
		m.do(os.Mkdir(dir, 0o777))
		m.do(os.Chmod(dir, 0o777|os.ModeSticky))
	case "file":
		m.do(os.WriteFile(dir, nil, 0o644))
	case "dangling":
		m.do(os.Symlink("nowhere", dir))
	case "link":
		m.do(os.Mkdir("/run/real", 0o755))
		m.do(os.Symlink("real", dir))
	}
}

// makeMany makes entries that cost little: the program has other ways for many.
func (m *worldMaker) makeMany(n int) {
	kinds := []string{"dangling", "own", "dead", "dangling", "dir", "dangling"}
	for i := range n {
		name := fmt.Sprint("m", i)
		m.makeThing("/run/netns/"+name, thing{name: name, kind: kinds[i%len(kinds)]})
	}
}

func (m *worldMaker) makeThing(path string, e thing) {
	switch e.kind {
	case "netns":
		m.makeNetns(path, e)
	case "stacked":
		m.makeNetns(path, e)
		m.do(mount(path, path, "", unix.MS_BIND, ""))
	case "alias":
		m.do(os.WriteFile(path, nil, 0))
		m.do(mount("/run/netns/"+e.of, path, "", unix.MS_BIND, ""))
	case "own":
		m.do(os.WriteFile(path, nil, 0))
		m.do(mount(own, path, "", unix.MS_BIND, ""))
	case "uts":
		m.do(os.WriteFile(path, nil, 0))
		m.do(mount("/proc/1/ns/uts", path, "", unix.MS_BIND, ""))
	case "dead":
		m.do(os.WriteFile(path, nil, 0))
	case "file":
		m.do(os.WriteFile(path, []byte("text\n"), 0o644))
	case "dir":
		m.do(os.Mkdir(path, 0o755))
	case "dangling":
		m.do(os.Symlink("nowhere", path))
	case "link":
		m.do(os.Symlink(e.of, path))
	}
	if e.etc != "" {
		m.do(os.MkdirAll("/etc/netns/"+e.name, 0o755))
		m.do(os.WriteFile("/etc/netns/"+e.name+"/"+e.etc, []byte("of "+e.name+"\n"), 0o644))
	}
}

func (m *worldMaker) makeNetns(path string, e thing) {
	m.do(os.WriteFile(path, nil, 0))
	m.do(unix.Unshare(unix.CLONE_NEWNET))
	m.do(mount(own, path, "", unix.MS_BIND, ""))
	fd, err := unix.Open(own, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	m.do(err)
	if e.proc {
		m.startProcess()
	}
	m.do(unix.Setns(m.home, unix.CLONE_NEWNET))
	if e.nsid >= 0 {
		m.do(netlink.SetNetNsIdByFd(fd, e.nsid))
	}
	unix.Close(fd)
}

func (m *worldMaker) startProcess() {
	cmd := exec.Command("/bin/sh", "-c", "echo $$; exec sleep infinity")
	cmd.Dir = "/"
	out, err := cmd.StdoutPipe()
	m.do(err)
	if err := cmd.Start(); err != nil {
		m.do(err)
		return
	}
	m.procs = append(m.procs, cmd)
	fmt.Fscan(out, &m.pid)
	// The program is known by its name: wait for the shell to become it.
	for comm := ""; !strings.HasPrefix(comm, "sleep"); {
		text, err := os.ReadFile("/proc/" + m.pid + "/comm")
		if err != nil {
			m.do(err)
			return
		}
		comm = string(text)
	}
}

// clear ends a world.
func (m *worldMaker) clear() {
	for _, cmd := range m.procs {
		cmd.Process.Signal(syscall.SIGKILL)
		cmd.Wait()
	}
	m.procs = nil
	unix.Close(m.home)
	unix.Unmount("/run", unix.MNT_DETACH)
	os.RemoveAll("/etc/netns")
}
