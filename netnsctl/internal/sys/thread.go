package sys

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// OnThrowAwayThread runs f on a thread of its own that ends with it, so that f
// may change the thread's namespaces.
func OnThrowAwayThread(f func()) {
	done := make(chan struct{})
	GoThrowAwayThread(func() {
		defer close(done)
		f()
	})
	<-done
}

// GoThrowAwayThread is OnThrowAwayThread that does not wait for f.
func GoThrowAwayThread(f func()) {
	go func() {
		// Never unlocked: a thread that cannot be put back must die.
		runtime.LockOSThread()
		if unix.Gettid() != unix.Getpid() {
			f()
			return
		}
		// The process' first thread does not end before the process, and /proc/PID/ns
		// shows its namespaces. While this goroutine keeps it, f gets another one.
		defer runtime.UnlockOSThread()
		OnThrowAwayThread(f)
	}()
}

// Place is where a thread is: its network and mount namespace, root and working
// directory.
type Place struct{ net, mnt, root, cwd int }

const threadMountPath = "/proc/thread-self/ns/mnt"

// OpenPlace tells where the calling thread is. Without procfs nothing can: that is
// the place in which the process began.
func OpenPlace() *Place {
	p := &Place{-1, -1, -1, -1}
	for _, f := range []struct {
		fd   *int
		path string
	}{{&p.net, ThreadNetPath}, {&p.mnt, threadMountPath}, {&p.root, "/"}, {&p.cwd, "."}} {
		flags := unix.O_RDONLY | unix.O_CLOEXEC
		if f.fd == &p.root || f.fd == &p.cwd {
			flags = unix.O_PATH | unix.O_CLOEXEC
		}
		fd, err := unix.Open(f.path, flags, 0)
		if err != nil {
			p.Close()
			return p
		}
		*f.fd = fd
	}
	return p
}

// Close gives the place up.
func (p *Place) Close() {
	for _, fd := range []*int{&p.net, &p.mnt, &p.root, &p.cwd} {
		if *fd >= 0 {
			unix.Close(*fd)
			*fd = -1
		}
	}
}

// OnThread is [OnThrowAwayThread] at the place: a new thread is where the process
// began.
func (p *Place) OnThread(f func()) (err error) {
	OnThrowAwayThread(func() {
		if p.net >= 0 {
			err = p.enter()
		}
		if err == nil {
			f()
		}
	})
	return err
}

func (p *Place) enter() error {
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
