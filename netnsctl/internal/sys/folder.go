package sys

import "golang.org/x/sys/unix"

// ReserveFD opens a descriptor that leads to nothing of use, for [FillFolder]. Its
// number is 100 or more if the limit allows that: scripts use low numbers.
func ReserveFD() (int, error) {
	fd, err := unix.Open("/", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	const low = 100
	high, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, low)
	if err != nil {
		return fd, nil
	}
	unix.Close(fd)
	return high, nil
}

// FillFolder makes a directory in memory with files in it, which everybody may
// read, and puts it in the place of the reserved descriptor fd, which programs then
// inherit. The directory has no path, and ends when its last descriptor is closed.
// The calling thread must be in a mount namespace of its own that propagates
// nothing: the directory is mounted there for a moment.
func FillFolder(fd int, files map[string]string) error {
	const at = "/proc" // any directory that is there
	if err := mount("none", at, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC); err != nil {
		return err
	}
	dir, err := unix.Open(at, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if detachErr := unmount(at, unix.MNT_DETACH); err == nil && detachErr != nil {
		unix.Close(dir)
		return detachErr
	}
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	for name, text := range files {
		if err := writeFile(dir, name, text); err != nil {
			return err
		}
	}
	return retryErr(func() error { return unix.Dup3(dir, fd, 0) })
}

// writeFile makes a file with a mode that does not depend on the umask.
func writeFile(dir int, name, text string) error {
	fd, err := unix.Openat(dir, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	for len(text) > 0 {
		n, err := retry(func() (int, error) { return unix.Write(fd, []byte(text)) })
		if err != nil {
			return err
		}
		text = text[n:]
	}
	return unix.Fchmod(fd, 0o444)
}
