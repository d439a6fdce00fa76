package sys

import (
	"os"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// must ends the test where preparing it fails.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// watchOpens returns a function that counts how often the file path was opened since. An
// O_PATH descriptor opens nothing.
func watchOpens(t *testing.T, path string) func() int {
	t.Helper()
	watch, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	must(t, err)
	t.Cleanup(func() { unix.Close(watch) })
	_, err = unix.InotifyAddWatch(watch, path, unix.IN_OPEN)
	must(t, err)
	return func() int {
		n, _ := unix.Read(watch, make([]byte, 64<<10))
		return max(n, 0) / unix.SizeofInotifyEvent
	}
}

// exchange swaps two paths at full speed until the test ends.
func exchange(t *testing.T, a, b string) {
	t.Helper()
	stop, done := make(chan struct{}), sync.WaitGroup{}
	t.Cleanup(func() {
		close(stop)
		done.Wait()
	})
	done.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
}

// others are files that must not be opened.
func others(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(dir+"/regular", []byte("secret"), 0o600))
	must(t, unix.Mkfifo(dir+"/fifo", 0o600))
	return map[string]string{"regular": dir + "/regular", "fifo": dir + "/fifo", "directory": dir, "device": "/dev/null"}
}

// TestOpenNamespaceSwapped: whatever others put in the place of a namespace, at whatever
// moment, is not opened.
func TestOpenNamespaceSwapped(t *testing.T) {
	const tries = 20_000
	for what, other := range others(t) {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.Symlink(ThreadNetPath, dir+"/x"))
			must(t, os.Symlink(other, dir+"/y"))
			opened := watchOpens(t, other)
			exchange(t, dir+"/x", dir+"/y")
			var yes, no int
			for range tries {
				fd, err := OpenNamespace(dir + "/x")
				switch err {
				case nil:
					if !IsNamespace(fd) {
						t.Fatal("it is no namespace")
					}
					unix.Close(fd)
					yes++
				case ErrNotNamespace:
					no++
				default:
					t.Fatal(err)
				}
			}
			if yes == 0 || no == 0 {
				t.Errorf("a namespace %d times, %s %d times: nothing was swapped", yes, what, no)
			}
			if what != "device" && opened() > 0 { // others open /dev/null
				t.Errorf("%s was opened", what)
			}
		})
	}
}

// TestOpenWithoutProc: /proc need not show the process.
func TestOpenWithoutProc(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("to make a procfs takes root")
	}
	held, err := OpenPathFollow(ThreadNetPath)
	must(t, err)
	defer unix.Close(held)
	fd, err := openWithoutProc(held)
	must(t, err)
	defer unix.Close(fd)
	if kind, err := NamespaceType(fd); kind != TypeNet || err != nil {
		t.Errorf("%s, %v", TypeName(kind), err)
	}
}

// TestOpenNamespaceLimit: without a free descriptor nothing is taken for no namespace.
func TestOpenNamespaceLimit(t *testing.T) {
	var fds []int
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	var old unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &old))
	must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 64, Max: old.Max}))
	defer func() { must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &old)) }()
	for {
		fd, err := OpenPath("/")
		if err != nil {
			break
		}
		fds = append(fds, fd)
	}
	for free := range 2 {
		if fd, err := OpenNamespace(ThreadNetPath); err != unix.EMFILE {
			t.Errorf("%d free: %d, %v", free, fd, err)
		}
		unix.Close(fds[len(fds)-1])
		fds = fds[:len(fds)-1]
	}
	fd, err := OpenNamespace(ThreadNetPath)
	must(t, err)
	unix.Close(fd)
}
