package helper

import (
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxLinks is how many symbolic links a path may have, as in the kernel.
const maxLinks = 40

// Resolve returns the absolute path without symbolic links of the file that a path leads to. From
// the first part on that is not there, that is inside procfs, or that does not answer, the path is
// taken as it is. The error is EACCES where a symbolic link belongs to neither root nor the caller,
// who would be led wherever its owner wants; it is ELOOP where there are too many.
func (h *Helper) Resolve(file string) (string, error) {
	file, err := absolute(file)
	if err != nil {
		return "", err
	}
	at, rest := "/", strings.Split(file, "/")
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		next := path.Join(at, part) // at has no links, so that ".." is its directory
		if part == "" || part == "." || part == ".." {
			at = next
			continue
		}
		target, err := h.trustedLink(next)
		switch {
		case err == syscall.EACCES, err == syscall.ELOOP:
			return "", err
		case err != nil:
			return path.Join(next, path.Join(rest...)), nil
		case target == "":
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", syscall.ELOOP
		}
		if strings.HasPrefix(target, "/") {
			at = "/"
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return at, nil
}

// absolute is filepath.Abs without its Clean, which would take ".." for the directory of a link.
func absolute(file string) (string, error) {
	if path.IsAbs(file) {
		return file, nil
	}
	dir, err := os.Getwd()
	return dir + "/" + file, err
}

// trustedLink reads a path's own symbolic link; it is empty for any other file.
func (h *Helper) trustedLink(file string) (string, error) {
	fd, err := h.lookupLink(file)
	if err != nil {
		return "", syscall.ENOENT
	}
	defer sys.Close(fd)
	var st sys.FileStat
	if err := sys.StatFD(fd, &st); err != nil || st.Kind() != sys.KindLink {
		return "", err
	}
	if st.UID != 0 && int(st.UID) != os.Geteuid() {
		return "", syscall.EACCES
	}
	target, onProc, err := steps{helper: h}.Readlink(fd)
	if err == nil && onProc {
		return "", syscall.ENOENT
	}
	return target, err
}
