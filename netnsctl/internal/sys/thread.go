package sys

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// OnThrowAwayThread runs f on a thread that ends with f, so that f may change the
// namespaces of the thread.
func OnThrowAwayThread(f func()) {
	done := make(chan struct{})
	GoThrowAwayThread(func() {
		defer close(done)
		f()
	})
	<-done
}

// GoThrowAwayThread is [OnThrowAwayThread] that does not wait for f.
func GoThrowAwayThread(f func()) {
	go func() {
		// The thread is never unlocked, so it ends with the goroutine.
		runtime.LockOSThread()
		if unix.Gettid() != unix.Getpid() {
			f()
			return
		}
		// The first thread of the process does not end before the process, and
		// /proc/PID/ns shows its namespaces. While this goroutine occupies it, f gets
		// another thread.
		defer runtime.UnlockOSThread()
		OnThrowAwayThread(f)
	}()
}

// Place is the network namespace, the mount namespace, the root and the working
// directory of a thread.
type Place struct{ net, mnt, root, cwd int }

const threadMountPath = "/proc/thread-self/ns/mnt"

// OpenPlace returns the place of the calling thread. Without procfs it returns a place
// that stands for that in which the process began.
func OpenPlace() *Place {
	p := &Place{-1, -1, -1, -1}
	for _, f := range []struct {
		fd    *int
		path  string
		flags int
	}{
		{&p.net, ThreadNetPath, unix.O_RDONLY},
		{&p.mnt, threadMountPath, unix.O_RDONLY},
		{&p.root, "/", unix.O_PATH},
		{&p.cwd, ".", unix.O_PATH},
	} {
		fd, err := open(f.path, f.flags)
		if err != nil {
			p.Close()
			return p
		}
		*f.fd = fd
	}
	return p
}

// Close closes the descriptors of the place.
func (p *Place) Close() {
	for _, fd := range []*int{&p.net, &p.mnt, &p.root, &p.cwd} {
		if *fd >= 0 {
			unix.Close(*fd)
			*fd = -1
		}
	}
}

// OnThread is [OnThrowAwayThread] at the place. A new thread would be at the place in
// which the process began.
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
	if err := EnterNet(p.net); err != nil {
		return err
	}
	if sameFile(threadMountPath, p.mnt) {
		return nil
	}
	if err := EnterMountNamespace(p.mnt); err != nil {
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
