package sys

import "golang.org/x/sys/unix"

// Tree is a directory whose files others may own or replace. The functions below open
// nothing but its regular files and directories, and follow no symbolic link in it.
type Tree struct{ fd int }

// OpenTree opens the directory path, to which symbolic links may lead: /var/lib/docker often
// is one. A directory that is not there is an empty tree.
func OpenTree(path string) Tree {
	fd, err := OpenPathFollow(path) // O_DIRECTORY would mount an autofs directory.
	if err != nil {
		fd = -1
	}
	return Tree{fd}
}

// Close closes the tree.
func (t Tree) Close() {
	if t.fd >= 0 {
		unix.Close(t.fd)
	}
}

// Read reads the regular file path below the tree if that has at most limit bytes. It does
// not wait for the lease of another process (fcntl(2), F_SETLEASE).
func (t Tree) Read(path string, limit int64) ([]byte, error) {
	held, err := t.hold(path)
	if err != nil {
		return nil, err
	}
	defer unix.Close(held)
	var st FileStat
	if err := StatFD(held, &st); err != nil {
		return nil, err
	}
	if st.Kind() != KindRegular || st.Size > uint64(limit) {
		return nil, unix.EINVAL
	}
	fd, err := open(FDPath(held), openFlags)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	text := make([]byte, st.Size+1)
	n := 0
	for n < len(text) {
		got, err := retry(func() (int, error) { return unix.Read(fd, text[n:]) })
		if err != nil {
			return nil, err
		}
		if got == 0 {
			return text[:n], nil
		}
		n += got
	}
	return nil, unix.EAGAIN // it grows
}

// Names returns the entries of the directory path below the tree.
func (t Tree) Names(path string) ([]string, error) {
	held, err := t.hold(path)
	if err != nil {
		return nil, err
	}
	defer unix.Close(held)
	fd, err := retry(func() (int, error) {
		return unix.Openat(held, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return ReadNames(fd)
}

func (t Tree) hold(path string) (int, error) {
	if t.fd < 0 {
		return -1, unix.ENOENT
	}
	return OpenBeneath(t.fd, path)
}
