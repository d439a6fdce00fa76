package discover

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// holds are the ways to hold a namespace. What they open stays open.
var holds = map[string]func(path string) error{
	"nothing":           func(string) error { return nil },
	"process":           func(string) error { return nil }, // it was started inside
	"thread":            holdThread,
	"leaderless":        holdWithoutLeader,
	"descriptor":        func(path string) error { return second(sys.OpenNamespace(path)) },
	"path-descriptor":   func(path string) error { return second(sys.OpenPath(path)) },
	"thread-descriptor": holdThreadDescriptor,
	"socket":            func(path string) error { return within(path, udpSocket) },
	"shared-socket":     holdSharedSocket,
	"proc-file":         func(path string) error { return within(path, procFileOf("dev")) },
	"proc-files":        holdProcFiles,
	"unaccepted":        holdUnaccepted,
	"packet-ring":       holdPacketRing,
	"pending-io_uring":  holdPending,
	"macvtap":           holdTap,
	"tcp":               holdTCP,
	"tcp-in-flight":     holdTCPInFlight,
	"mptcp":             holdMultipath,
	"context":           holdContext,
	"context-in-flight": holdContextInFlight,
	"netfilter-link":    holdNetfilterLink,
	"pinned-link":       holdPinnedLink,
	"flow-dissector":    holdFlowDissector,
	"iterator":          holdIterator,
	"mount-sysfs":       holdSysfs,
	"persistent-tun":    holdPersistentTun,
	"tuntap":            func(path string) error { return within(path, func() error { return second(tunDevice()) }) },
	"unattached-tun":    func(path string) error { return within(path, openTun) },
	"in-flight":         holdInFlight,
	"tun-in-flight":     func(path string) error { return holdTun(path, func(fd int) error { return inFlight(fd) }) },
	"tun-in-io_uring":   func(path string) error { return holdTun(path, func(fd int) error { return inRing(fd, nil) }) },
	"names-in-flight":   func(string) error { return holdNames(func(fd int) error { return inFlight(fd) }) },
	"names-in-io_uring": func(string) error { return holdNames(func(fd int) error { return inRing(fd, nil) }) },
	"flight-in-flight":  holdFlightInFlight,
	"socket-in-flight":  holdSocketInFlight,
	"inotify":           holdInotify,
	"fanotify":          holdFanotify,
	"io_uring":          holdInRing,
	"path-io_uring":     func(path string) error { return inRing(sys.OpenNamespace(path)) },
	"socket-io_uring":   holdSocketInRing,
	"mount":             holdMount,
	"mount-covered":     holdCoveredMount,
	"thread-root":       holdByThreadRoot,
	"mount-named":       func(string) error { return sys.PrivateMount("/") },
	"detached-tree":     holdDetachedTree,
}

func second(_ int, err error) error { return err }

// within runs f on a thread in the namespace.
func within(path string, f func() error) error {
	ns, err := netns.GetFromPath(path)
	if err != nil {
		return err
	}
	defer ns.Close()
	return netnsctl.Do(ns, f)
}

// onThread runs f on a thread that goes on for ever.
func onThread(f func() error) error {
	done := make(chan error)
	sys.GoThrowAwayThread(func() {
		done <- f()
		select {}
	})
	return <-done
}

func holdThread(path string) error {
	fd, err := sys.OpenNamespace(path)
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	return onThread(func() error { return sys.SetNet(fd) })
}

// init keeps the first thread for the function main, which ends it.
func init() {
	if os.Getenv(holdVariable) == "leaderless" {
		runtime.LockOSThread()
	}
}

// holdWithoutLeader leaves a thread in the namespace and ends the first one of the process.
func holdWithoutLeader(path string) error {
	if err := holdThread(path); err != nil {
		return err
	}
	go func() {
		for {
			stat, err := os.ReadFile("/proc/self/stat")
			if err != nil || bytes.Contains(stat, []byte(") Z ")) {
				break
			}
			runtime.Gosched()
		}
		fmt.Println("holds")
	}()
	_, _, errno := unix.RawSyscall(unix.SYS_EXIT, 0, 0, 0)
	return errno
}

func holdThreadDescriptor(path string) error {
	return onThread(func() error {
		if err := unix.Unshare(unix.CLONE_FILES); err != nil {
			return err
		}
		return second(sys.OpenNamespace(path))
	})
}

func udpSocket() error { return second(unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)) }

func procFileOf(path string) func() error {
	return func() error { return second(unix.Open("/proc/thread-self/net/"+path, unix.O_RDONLY, 0)) }
}

// holdProcFiles has two files of the namespace open, and one of another namespace.
func holdProcFiles(path string) error {
	for _, file := range []string{"dev", "tcp"} {
		if err := within(path, procFileOf(file)); err != nil {
			return err
		}
	}
	return onThread(func() error {
		if err := sys.NewNet(); err != nil {
			return err
		}
		home, err := sys.OpenNamespace("/proc/self/ns/net")
		if err != nil {
			return err
		}
		defer sys.Close(home)
		if err := procFileOf("dev")(); err != nil {
			return err
		}
		return sys.SetNet(home)
	})
}

// holdSharedSocket gives the socket to a child, too.
func holdSharedSocket(path string) error {
	return within(path, func() error {
		if err := udpSocket(); err != nil {
			return err
		}
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), holdVariable+"=nothing")
		ready, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err := cmd.Start(); err != nil { // the socket is not closed on exec
			return err
		}
		return second(ready.Read(make([]byte, 1)))
	})
}

func tunDevice() (fd int, err error) {
	if fd, err = unix.Open("/dev/net/tun", unix.O_RDWR, 0); err != nil {
		return -1, err
	}
	ifr, err := unix.NewIfreq("tun7")
	if err != nil {
		return -1, err
	}
	ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	return fd, unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr)
}

// inFlight sends the files, which then have no descriptor any more.
func inFlight(fds ...int) error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	for _, fd := range fds {
		if err := unix.Sendmsg(pair[0], []byte{0}, unix.UnixRights(fd), nil, 0); err != nil {
			return err
		}
		sys.Close(fd)
	}
	return nil
}

// holdFlightInFlight sends a file of the namespace and another one to a socket that is itself sent.
func holdFlightInFlight(path string) error {
	fd, err := sys.OpenNamespace(path)
	if err != nil {
		return err
	}
	null, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	for _, file := range []int{fd, null} {
		if err := unix.Sendmsg(pair[0], []byte{0}, unix.UnixRights(file), nil, 0); err != nil {
			return err
		}
		sys.Close(file)
	}
	return inFlight(pair[1])
}

func holdInFlight(path string) error {
	fd, err := sys.OpenNamespace(path)
	if err != nil {
		return err
	}
	return inFlight(fd)
}

// holdTun holds a device of tun in the namespace.
func holdTun(path string, hold func(fd int) error) error {
	return within(path, func() error {
		fd, err := tunDevice()
		if err != nil {
			return err
		}
		return hold(fd)
	})
}

// holdNames holds a copy of the mount namespace, in which nobody is.
func holdNames(hold func(fd int) error) (err error) {
	sys.OnThrowAwayThread(func() {
		if err = sys.NewMountNamespace(); err != nil {
			return
		}
		if err = sys.PrivateMount("/"); err != nil {
			return
		}
		var fd int
		if fd, err = sys.OpenNamespace("/proc/thread-self/ns/mnt"); err == nil {
			err = hold(fd)
		}
		// The Go runtime ends the thread a little later.
		own, failed := sys.OpenNamespace("/proc/self/ns/mnt")
		if failed == nil {
			defer sys.Close(own)
			failed = sys.EnterMountNamespace(own)
		}
		err = errors.Join(err, failed)
	})
	return err
}

// holdSocketInFlight sends a socket of the namespace, and then a file that the kernel does
// not show.
func holdSocketInFlight(path string) error {
	socket := -1
	err := within(path, func() (err error) {
		socket, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
		return err
	})
	if err != nil {
		return err
	}
	null, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return inFlight(socket, null)
}

func holdInotify(path string) error {
	fd, err := unix.InotifyInit1(0)
	if err != nil {
		return err
	}
	return second(unix.InotifyAddWatch(fd, path, unix.IN_ATTRIB))
}

func holdFanotify(path string) error {
	fd, err := unix.FanotifyInit(unix.FAN_CLASS_NOTIF, unix.O_RDONLY)
	if err != nil {
		return err
	}
	return unix.FanotifyMark(fd, unix.FAN_MARK_ADD, unix.FAN_OPEN, unix.AT_FDCWD, path)
}

// inRing registers a file with an io_uring (io_uring_register(2)), and closes it.
func inRing(file int, err error) error {
	if err != nil {
		return err
	}
	var params [120]byte // struct io_uring_params
	ring, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params[0])), 0)
	if errno != 0 {
		return errno
	}
	const registerFiles = 2
	files := int32(file)
	if _, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, ring, registerFiles, uintptr(unsafe.Pointer(&files)), 1, 0, 0); errno != 0 {
		return errno
	}
	return unix.Close(file)
}

func holdInRing(path string) error {
	return within(path, func() error { return inRing(sys.OpenNamespace(sys.ThreadNetPath)) })
}

// holdSocketInRing keeps the descriptor of the socket, too: procfs tells the namespace by
// that alone.
func holdSocketInRing(path string) error {
	return within(path, func() error {
		socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		return inRing(unix.Dup(socket))
	})
}

// bindAt mounts the namespace at another place, in a mount namespace of the process' own.
func bindAt(path, dir string) error {
	if err := sys.PrivateMount("/"); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(dir+"/ns", nil, 0o600); err != nil {
		return err
	}
	if err := sys.BindMount(path, dir+"/ns"); err != nil {
		return err
	}
	return sys.Detach(path)
}

func holdMount(path string) error { return bindAt(path, "/run/c") }

func holdCoveredMount(path string) error {
	if err := bindAt(path, "/run/c"); err != nil {
		return err
	}
	return syscall.Mount("none", "/run/c", "tmpfs", 0, "")
}

func holdDetachedTree(path string) error {
	if err := os.Mkdir("/run/tree", 0o755); err != nil {
		return err
	}
	if err := sys.PrivateMount("/"); err != nil {
		return err
	}
	if err := syscall.Mount("none", "/run/tree", "tmpfs", 0, ""); err != nil {
		return err
	}
	if err := bindAt(path, "/run/tree/c"); err != nil {
		return err
	}
	tree, err := sys.CloneTree(unix.AT_FDCWD, "/run/tree")
	if err != nil {
		return err
	}
	// The scan copies the tree, too (Linux 6.15).
	again, err := sys.CloneTree(tree, "")
	if err != nil {
		return fmt.Errorf("a detached tree cannot be copied: %w", err)
	}
	sys.Close(again)
	return sys.Detach("/run/tree")
}
