package tests

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// attackVariable makes a copy of the test binary a hostile program; see attackers.
const attackVariable = "NETNSCTL_TEST_ATTACK"

// Before the kind of an attacker these start it as root of a user and a mount namespace of
// its own, and of a network namespace.
const (
	userNamespacePrefix = "userns:"
	userNetworkPrefix   = "userns-net:"
)

// attacksInFull is for `make test-attacks`; `make test` tries each attack a few times.
var attacksInFull = os.Getenv("NETNSCTL_TEST_ATTACKS") != ""

// turns is how often an attack is tried whose success is a matter of luck.
func turns(few int) int {
	if attacksInFull {
		return 10 * few
	}
	return few
}

// size is how much of something an attacker makes.
func size(full, few int) string {
	if attacksInFull {
		return strconv.Itoa(full)
	}
	return strconv.Itoa(few)
}

// localUser is the ordinary user who attacks.
const localUser = 1000

// init, because an attacker must not become a test run.
func init() {
	kind := os.Getenv(attackVariable)
	if kind == "" {
		return
	}
	runtime.LockOSThread() // children end with the thread that started them
	if rest, outside := strings.CutPrefix(kind, userNamespacePrefix); outside {
		os.Exit(startInUserNamespace(rest, syscall.CLONE_NEWNS))
	}
	if rest, outside := strings.CutPrefix(kind, userNetworkPrefix); outside {
		os.Exit(startInUserNamespace(rest, syscall.CLONE_NEWNS|syscall.CLONE_NEWNET))
	}
	attackers[kind](os.Args[1:])
	os.Exit(0)
}

func startInUserNamespace(kind string, flags uintptr) int {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), attackVariable+"="+kind)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | flags,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, kind, err)
		return 1
	}
	return 0
}

// attacker is a hostile program at work.
type attacker struct {
	cmd    *exec.Cmd
	stdin  io.Writer
	stdout *bufio.Reader
	// pid is its number in the sandbox. said is the rest of its first line.
	pid  int
	said string
}

// battlefield is a machine on which an ordinary user has a directory of his own,
// /run/u, may read /run, and may open /run/fuse.
type battlefield struct {
	*machine
	attackers []*attacker
}

func newBattlefield(t *testing.T) *battlefield {
	t.Helper()
	if !isRoot() {
		unable(t, "another user needs root")
	}
	b := &battlefield{machine: newMachine(t)}
	t.Cleanup(b.endAttackers) // before the sandbox ends: a hung server would keep it
	b.shell(`mkdir -p /run/netns /run/u; chown 1000:1000 /run/u
		cp /etc/passwd /run/passwd; { echo mallory:x:1000:1000::/:/bin/sh; cat /run/passwd; } >/etc/passwd; rm /run/passwd`)
	return b
}

// attack starts a hostile program of the ordinary user and waits until it is ready.
func (b *battlefield) attack(kind string, args ...string) *attacker {
	b.t.Helper()
	return b.start(localUser, kind, args...)
}

// rootAttack starts one of root: a program with a bug, or the root of a container.
func (b *battlefield) rootAttack(kind string, args ...string) *attacker {
	b.t.Helper()
	return b.start(0, kind, args...)
}

func (b *battlefield) start(uid uint32, kind string, args ...string) *attacker {
	b.t.Helper()
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0] = "attacker"
	cmd.Env = append(os.Environ(), attackVariable+"="+kind)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	a := &attacker{cmd: cmd, stdin: stdin, stdout: bufio.NewReader(stdout)}
	b.attackers = append(b.attackers, a)
	timer := time.AfterFunc(commandTimeout, func() { cmd.Process.Kill() })
	defer timer.Stop()
	line, err := a.stdout.ReadString('\n')
	if err != nil {
		b.t.Fatalf("attacker %s: %v", kind, err)
	}
	if reason, found := strings.CutPrefix(line, "unable "); found {
		unable(b.t, kind+": "+reason)
	}
	if _, err := fmt.Sscanf(line, "ready %d", &a.pid); err != nil {
		b.t.Fatalf("attacker %s says %q", kind, line)
	}
	_, a.said, _ = strings.Cut(strings.TrimSpace(line), fmt.Sprintf("ready %d ", a.pid))
	return a
}

// tell hands a word to an attacker, and waits until it has obeyed.
func (a *attacker) tell(word string) string {
	fmt.Fprintln(a.stdin, word)
	line, _ := a.stdout.ReadString('\n')
	return strings.TrimSpace(line)
}

func (b *battlefield) endAttackers() {
	for _, a := range b.attackers {
		a.end()
	}
	b.attackers = nil
}

// end kills an attacker. Its children in user namespaces die with it.
func (a *attacker) end() {
	a.cmd.Process.Kill()
	a.cmd.Wait()
}

// fuseDevice makes /run/fuse, which everyone may open, as /dev/fuse is on most machines.
func (b *battlefield) fuseDevice() {
	b.t.Helper()
	const path = "/run/fuse"
	if err := unix.Mknod(path, unix.S_IFCHR|0o666, int(unix.Mkdev(10, 229))); err != nil && !errors.Is(err, unix.EEXIST) {
		unable(b.t, "no device for FUSE:", err)
	}
	check := func(err error) {
		if err != nil {
			unable(b.t, "no FUSE:", err)
		}
	}
	check(os.Chmod(path, 0o666))
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	check(err)
	unix.Close(fd)
}

// secret is a file of root that the ordinary user may not open.
func (b *battlefield) secret() string {
	b.t.Helper()
	const path = "/run/secret"
	if err := os.WriteFile(path, []byte("secret\n"), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// openCount counts from now on how often files are opened, by whomever. An open by O_PATH
// does not count, and the files are not opened for it.
type openCount struct {
	t     *testing.T
	fd    int
	files map[int32]string
}

func (b *battlefield) countOpens(files ...string) *openCount {
	b.t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		b.t.Fatal(err)
	}
	o := &openCount{b.t, fd, map[int32]string{}}
	b.t.Cleanup(func() { unix.Close(fd) })
	for _, file := range files {
		wd, err := unix.InotifyAddWatch(fd, file, unix.IN_OPEN|unix.IN_ACCESS|unix.IN_DONT_FOLLOW)
		if err != nil {
			b.t.Fatal(file, err)
		}
		o.files[int32(wd)] = filepath.Base(file)
	}
	return o
}

// none fails where a file was opened since.
func (o *openCount) none(what string) {
	o.t.Helper()
	buf := make([]byte, 64<<10)
	n, err := unix.Read(o.fd, buf)
	if err == unix.EAGAIN {
		return
	}
	if err != nil || n < unix.SizeofInotifyEvent {
		o.t.Fatal("inotify:", err)
	}
	wd := int32(buf[0]) | int32(buf[1])<<8 | int32(buf[2])<<16 | int32(buf[3])<<24
	o.t.Errorf("%s: root opened %s, which an ordinary user chose", what, o.files[wd])
}
