package tests

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// sandbox is a world of its own for the calling goroutine's thread and all that
// it starts: mount, network, pid and ipc namespaces, an empty tmpfs on /run and /var/lib, a
// small /etc, a /sys and a /proc that show nothing else. It ends with the
// thread.
type sandbox struct {
	init *exec.Cmd
	hold io.Closer
	// self is the sandbox's own network namespace.
	self uint64
	// pids are the processes that scripts have named.
	pids map[int]string
}

// firstPID makes process ids inside easy to tell from other numbers.
const firstPID = 23000

// initScript is the first process of the pid namespace. It ignores SIGCHLD, so the kernel reaps
// its orphans; when it is killed all others are, too. dash 0.5.12 catches SIGCHLD in spite of a
// trap, so env(1) sets that.
const initScript = `mount -n -t proc proc /proc && echo $0 >/proc/sys/kernel/ns_last_pid && echo ready && exec env --ignore-signal=CHLD sleep infinity`

// newSandbox moves the calling goroutine into a sandbox for good.
func newSandbox() (*sandbox, error) {
	// Never unlocked: the thread, and with it the sandbox, ends with the
	// goroutine.
	runtime.LockOSThread()
	unix.Umask(0o022)
	err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC)
	if err != nil {
		return nil, fmt.Errorf("unshare: %w", err)
	}
	s := &sandbox{pids: map[int]string{}}
	for _, step := range []func() error{s.mountAll, buildEtc, s.startInit, s.freshRun, s.learnSelf} {
		if err := step(); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

func mount(source, target, fstype string, flags uintptr, data string) error {
	if err := unix.Mount(source, target, fstype, flags, data); err != nil {
		return fmt.Errorf("mount %s: %w", target, err)
	}
	return nil
}

func (s *sandbox) mountAll() error {
	if err := mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	// The mount table would show the machine's mounts although the sandbox covers them.
	// Each round uncovers others: `ip netns add` on a shared root mounts a namespace on
	// the run directory's mount, and on the directory below.
	for unmounted := true; unmounted; {
		unmounted = false
		for _, point := range slices.Backward(mountPoints("/run")) {
			if unix.Unmount(point, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW) == nil {
				unmounted = true
			}
		}
	}
	for unix.Unmount("/proc", unix.MNT_DETACH) == nil {
	}
	// A private /sys, as exec's would be. Not every user namespace allows it.
	unix.Mount("sysfs", "/sys", "sysfs", 0, "")
	// An empty /var/lib has no container of the machine.
	return mount("tmpfs", "/var/lib", "tmpfs", 0, "mode=755")
}

// mountPoints lists the mounts at a directory and below.
func mountPoints(dir string) (points []string) {
	text, _ := os.ReadFile("/proc/thread-self/mountinfo")
	for line := range strings.Lines(string(text)) {
		// Blanks and the like are octal there: proc_pid_mountinfo(5).
		point, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.Fields(line)[4], `"`, `\"`) + `"`)
		if err == nil && (point == dir || strings.HasPrefix(point, dir+"/")) {
			points = append(points, point)
		}
	}
	return points
}

// freshRun covers /run by an empty tmpfs. The pid namespace must be there before:
// clean-up takes an older run directory for another one's.
func (s *sandbox) freshRun() error { return mount("tmpfs", "/run", "tmpfs", 0, "mode=755") }

// buildEtc covers /etc by the few files that programs need, and two that
// /etc/netns can cover.
func buildEtc() error {
	files := map[string][]byte{}
	for _, name := range []string{"passwd", "group", "nsswitch.conf", "ld.so.cache"} {
		if data, err := os.ReadFile("/etc/" + name); err == nil {
			files[name] = data
		}
	}
	files["hosts"] = []byte("127.0.0.1 localhost\n")
	files["resolv.conf"] = []byte("nameserver 192.0.2.1\n")
	awk, _ := os.Readlink("/etc/alternatives/awk")
	if err := mount("tmpfs", "/etc", "tmpfs", 0, "mode=755"); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile("/etc/"+name, data, 0o644); err != nil {
			return err
		}
	}
	if err := os.Mkdir("/etc/alternatives", 0o755); err != nil {
		return err
	}
	return os.Symlink(awk, "/etc/alternatives/awk")
}

func (s *sandbox) startInit() error {
	cmd := exec.Command("/bin/sh", "-c", initScript, fmt.Sprint(firstPID))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("first process: %w", err)
	}
	s.init, s.hold = cmd, out
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return fmt.Errorf("no procfs for a new pid namespace: %w", err)
	}
	// Tests compare lists of processes: wait until the shell has executed sleep.
	if !poll(func() bool { comm, _ := os.ReadFile("/proc/1/comm"); return string(comm) == "sleep\n" }) {
		return errors.New("the first process does not sleep")
	}
	return nil
}

func (s *sandbox) learnSelf() (err error) {
	s.self, err = netnsOf("/proc/1/ns/net")
	return err
}

// close kills all processes and waits until they are gone.
func (s *sandbox) close() {
	if s.init != nil {
		s.init.Process.Kill()
		s.init.Wait()
		s.hold.Close()
	}
}

// netnsOf gives the inode number of a network namespace's file.
func netnsOf(path string) (uint64, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return 0, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	return st.Ino, nil
}
