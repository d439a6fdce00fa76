package sys

import (
	"cmp"

	"golang.org/x/sys/unix"
)

// Tree is a directory whose files others may own or replace. The functions below open
// nothing but its regular files and directories, and follow no symbolic link in it.
type Tree struct {
	fd  int
	how How
	err error // why there is no descriptor
}

// OpenTree opens the directory path, to which symbolic links may lead: /var/lib/docker often
// is one. Where that fails, the functions below give the error.
func OpenTree(path string) Tree {
	fd, err := HoldNoAutomount(-1, path, Follow)
	if err != nil {
		fd = -1
	}
	return Tree{fd, NoLinks | Beneath, err}
}

// maxDirectory is the size of a directory with tens of thousands of entries, on all file systems.
const maxDirectory = 1 << 20

// TreeOnMount is the tree of an ordinary user below the open directory fd, which it takes, without
// what is mounted in it, and without the entries of huge directories (EFBIG).
func TreeOnMount(fd int) Tree { return Tree{fd: fd, how: NoLinks | Beneath | SameMount} }

// Close closes the tree.
func (t Tree) Close() {
	if t.fd >= 0 {
		unix.Close(t.fd)
	}
}

// Read reads the regular file path below the tree if that has at most limit bytes.
func (t Tree) Read(path string, limit int) ([]byte, error) {
	held, err := t.hold(path)
	if err != nil {
		return nil, err
	}
	defer unix.Close(held)
	return ReadHeld(held, limit)
}

// ReadHeld reads the regular file that the O_PATH descriptor fd holds. Another file is EINVAL,
// a larger one EFBIG. It does not wait for the lease of another process (fcntl(2), F_SETLEASE).
func ReadHeld(fd, limit int) ([]byte, error) {
	file, err := openRegular(fd, limit)
	if err != nil {
		return nil, err
	}
	defer unix.Close(file)
	return ReadUpTo(file, limit)
}

func openRegular(held, limit int) (int, error) {
	var st FileStat
	if err := StatFD(held, &st); err != nil {
		return -1, err
	}
	switch {
	case st.Kind() != KindRegular:
		return -1, unix.EINVAL
	case st.Size > uint64(limit):
		return -1, unix.EFBIG
	}
	return openQuiet(FDPath(held), openFlags)
}

// Names returns the entries of the directory path below the tree.
func (t Tree) Names(path string) ([]string, error) {
	held, err := t.hold(path)
	if err != nil {
		return nil, err
	}
	defer unix.Close(held)
	var st FileStat
	if err := StatFD(held, &st); err == nil && t.how&SameMount != 0 && st.Size > maxDirectory {
		return nil, unix.EFBIG
	}
	fd, err := openQuiet(FDPath(held), unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return ReadNames(fd)
}

// Exists reports whether the tree has a file or directory at path.
func (t Tree) Exists(path string) bool {
	held, err := t.hold(path)
	if err == nil {
		unix.Close(held)
	}
	return err == nil
}

// maxEntries is far more than a run directory has, and read within some milliseconds.
const maxEntries = 1 << 16

// LinkNames returns the symbolic links in the directory that the O_PATH descriptor held holds, and
// those entries of which the file system does not tell the type. More than limit of them, or
// a huge directory, is E2BIG.
func LinkNames(held, limit int) (names []string, err error) {
	fd, err := openQuiet(FDPath(held), unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	entries := 0
	err = eachEntry(fd, make([]byte, 8<<10), func(kind uint8, name []byte) bool {
		if entries++; kind == unix.DT_LNK || kind == unix.DT_UNKNOWN {
			names = append(names, unix.ByteSliceToString(name))
		}
		return entries <= maxEntries && len(names) <= limit
	})
	if entries > maxEntries || len(names) > limit {
		return nil, unix.E2BIG
	}
	return names, err
}

func (t Tree) hold(path string) (int, error) {
	if t.fd < 0 {
		return -1, cmp.Or(t.err, error(unix.ENOENT))
	}
	return HoldNoAutomount(t.fd, cmp.Or(path, "."), t.how)
}
