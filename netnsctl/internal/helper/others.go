package helper

import (
	"fmt"
	"path"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// CheckOwners says why somebody other than root and the caller could put another directory at an
// absolute path, or could change what is in the directory; nil if nobody can. It looks from the root
// directory down, along the links: only what nobody else can change is looked at further. A
// directory that is missing is in order where only root and the caller can make it.
func (h *Helper) CheckOwners(dir string) error {
	defer h.Rest()
	at, rest, links := "/", dir, 0
	for {
		var st, next sys.FileStat
		if h.stat(at, &st, h.Lookup) != nil || st.Kind() != sys.KindDirectory {
			return nil
		}
		part, below := cutPart(rest)
		switch {
		case st.IsOthers():
			return fmt.Errorf("%q belongs to uid %d", at, st.UID)
		case st.IsShared(), part == "" && st.IsWritableByOthers():
			return fmt.Errorf("others than root can write into %q", at)
		case part == "":
			return nil
		case part == "..":
			at, rest = path.Dir(at), below
			continue
		}
		entry := path.Join(at, part)
		switch err := h.stat(entry, &next, h.lookupLink); {
		case err == syscall.ENOENT && st.IsWritableByOthers():
			return fmt.Errorf("others than root could make %q, which does not exist", entry)
		case err != nil:
			return nil
		case next.IsOthers() && st.IsWritableByOthers():
			return fmt.Errorf("%q belongs to uid %d", entry, next.UID)
		}
		target, isPath, err := h.targetOf(entry, &next)
		switch {
		case err != nil:
			return nil
		case !isPath:
			at, rest = entry, below
			continue
		}
		if links++; links > maxLinks {
			return nil
		}
		if strings.HasPrefix(target, "/") {
			at = "/"
		}
		rest = target + "/" + below
	}
}

// cutPart takes the first part off a path. It is empty at the end.
func cutPart(rest string) (part, below string) {
	for part == "" && rest != "" || part == "." {
		part, rest, _ = strings.Cut(rest, "/")
	}
	return part, rest
}

func (h *Helper) stat(path string, st *sys.FileStat, lookup func(string) (int, error)) error {
	fd, err := lookup(path)
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	return sys.StatFD(fd, st)
}

// targetOf is where a link leads. isPath is false for what is no link, and for a link of procfs,
// which may lead where no path does.
func (h *Helper) targetOf(path string, st *sys.FileStat) (target string, isPath bool, err error) {
	if st.Kind() != sys.KindLink {
		return "", false, nil
	}
	fd, err := h.lookupLink(path)
	if err != nil {
		return "", false, err
	}
	defer sys.Close(fd)
	target, onProc, err := steps{helper: h}.Readlink(fd)
	return target, !onProc, err
}
