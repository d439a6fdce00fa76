package sys

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// OnThrowAwayThread runs f on a thread of its own that ends with it, so that f
// may change the thread's namespaces.
func OnThrowAwayThread(f func()) {
	done := make(chan struct{})
	go func() {
		// Never unlocked: a thread that cannot be put back must die.
		runtime.LockOSThread()
		defer close(done)
		f()
	}()
	<-done
}

// OnThreadLikeThis is [OnThrowAwayThread] in the calling thread's network and
// mount namespace, with its root and working directory: a new thread has those
// that the process began with. Without procfs it stays in these.
func OnThreadLikeThis(f func()) error {
	here, err := openPlace()
	if err != nil {
		OnThrowAwayThread(f)
		return nil
	}
	defer here.close()
	OnThrowAwayThread(func() {
		if err = here.enter(); err == nil {
			f()
		}
	})
	return err
}

// place is where a thread is.
type place struct{ net, mnt, root, cwd int }

const threadMountPath = "/proc/thread-self/ns/mnt"

func openPlace() (p place, err error) {
	p = place{-1, -1, -1, -1}
	for _, f := range []struct {
		fd   *int
		path string
	}{{&p.net, ThreadNetPath}, {&p.mnt, threadMountPath}, {&p.root, "/"}, {&p.cwd, "."}} {
		flags := unix.O_RDONLY | unix.O_CLOEXEC
		if f.fd == &p.root || f.fd == &p.cwd {
			flags = unix.O_PATH | unix.O_CLOEXEC
		}
		if *f.fd, err = unix.Open(f.path, flags, 0); err != nil {
			p.close()
			return p, err
		}
	}
	return p, nil
}

func (p place) close() {
	for _, fd := range []int{p.net, p.mnt, p.root, p.cwd} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

func (p place) enter() error {
	if !sameFile(ThreadNetPath, p.net) {
		if err := SetNet(p.net); err != nil {
			return err
		}
	}
	if sameFile(threadMountPath, p.mnt) {
		return nil
	}
	// setns(2) refuses a thread that shares its root and working directory, and
	// sets both to the root of the mount namespace.
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return err
	}
	if err := unix.Setns(p.mnt, unix.CLONE_NEWNS); err != nil {
		return err
	}
	if !sameFile("/", p.root) {
		if err := unix.Fchdir(p.root); err != nil {
			return err
		}
		if err := unix.Chroot("."); err != nil {
			return err
		}
	}
	return unix.Fchdir(p.cwd)
}

func sameFile(path string, fd int) bool {
	dev, ino, err := Stat(path)
	fdDev, fdIno, fdErr := Fstat(fd)
	return err == nil && fdErr == nil && dev == fdDev && ino == fdIno
}
