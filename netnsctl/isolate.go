package netnsctl

import (
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// extraEtc is a directory in the /etc of a command with isolated DNS, with what is mounted
// elsewhere.
const extraEtc = ".netnsctl"

// hiddenEntries are what a command with isolated DNS does not find: the sockets of daemons
// that resolve host names. Unix sockets do not belong to a network namespace.
var hiddenEntries = []struct{ dir, entry string }{
	{"/var/run", "nscd"}, // glibc asks /var/run/nscd/socket before it reads nsswitch.conf
	{"/run/systemd", "resolve"},
}

// isolation is what isolates the DNS of a command in the namespace of a name.
type isolation struct {
	name string
	// etc lies over /etc, with the own files of the namespace, which are entries of it, mounted
	// on it. The other mounts are made after that.
	etc    sys.Layer
	own    map[string]string
	mounts []func() error
	trees  []int // detached, for the mounts
}

// isolateDNS makes the calling thread, which has a mount namespace of its own, look up host
// names inside its network namespace only: it asks the servers in EtcDir/name/resolv.conf, or
// none where that file is missing, and no daemon outside. The own files, those of EtcDir/name,
// lie over those of /etc also where /etc has links or lacks them, and stay there when the files
// of /etc are replaced.
func (h Host) isolateDNS(name string, own []string) error {
	i := isolation{name: name, own: map[string]string{}, etc: sys.Layer{
		Dirs: []string{extraEtc}, Files: map[string]string{"resolv.conf": ""}, Links: map[string]string{},
	}}
	defer i.close()
	kept, err := sys.KeepBelow("/etc")
	if err != nil {
		return i.failed("/etc", err)
	}
	defer sys.Release(kept)
	if err := h.addFiles(&i, own); err != nil {
		return err
	}
	for _, hidden := range hiddenEntries {
		if err := i.hide(hidden.dir, hidden.entry); err != nil {
			return i.failed(hidden.dir, err)
		}
	}
	i.cover("/run/nscd")
	err = i.etc.Cover("/etc", func(at string) error { return h.bindOwn(&i, at) })
	if _, said := errors.AsType[*OpError](err); said {
		return err
	}
	if err != nil {
		return i.failed("/etc", err)
	}
	for _, k := range kept {
		if !i.covers(k.Path) { // a container's resolv.conf is such a mount
			h.warn(newOpError(OpKeepMount, name, k.Path, k.PutBack()))
		}
	}
	for _, mount := range i.mounts {
		if err := mount(); err != nil {
			return err
		}
	}
	return i.failed("the working directory", sys.ReenterWorkingDir("/etc"))
}

func (i *isolation) failed(path string, err error) error {
	return newOpError(OpIsolateDNS, i.name, path, err)
}

func (i *isolation) close() {
	for _, tree := range i.trees {
		sys.Close(tree)
	}
}

// covers reports whether a path in /etc is that of an entry of the layer, or below one that the
// namespace has of its own.
func (i *isolation) covers(path string) bool {
	entry, _, below := strings.Cut(strings.TrimPrefix(path, "/etc/"), "/")
	_, own := i.own[entry]
	_, ours := i.etc.Files[entry]
	return own || ours && !below
}

// addFiles adds the files of the namespace. One that leads nowhere is a warning, unless DNS
// depends on it.
func (h Host) addFiles(i *isolation, own []string) error {
	nsswitch := "/etc/nsswitch.conf"
	for _, file := range own {
		name := path.Base(file)
		if name == path.Base(nsswitch) {
			nsswitch = file
			continue
		}
		if err := h.withoutFile(i, name, file, i.addFile(name, file)); err != nil {
			return err
		}
	}
	text, err := readConf(nsswitch)
	i.etc.Files["nsswitch.conf"] = withoutForeignServices(text)
	return i.failed(nsswitch, err)
}

// withoutFile is what becomes of the error on an own file of the namespace.
func (h Host) withoutFile(i *isolation, name, file string, err error) error {
	if err != nil && name == "resolv.conf" {
		return i.failed(file, err)
	}
	if err != nil {
		h.warn(&OpError{Op: OpBindEtc, Name: "/etc/" + name, Path: file, Err: err})
	}
	return nil
}

// addFile adds an entry to the layer for a file, or a directory.
func (i *isolation) addFile(name, file string) error {
	var st sys.FileStat
	if err := sys.StatFollow(file, &st); err != nil {
		return err
	}
	isDir := st.Kind() == sys.KindDirectory
	switch {
	case name == extraEtc:
		return syscall.EEXIST
	case isDir && name == "resolv.conf":
		return syscall.EISDIR
	case isDir:
		i.etc.Dirs = append(i.etc.Dirs, name)
	default:
		i.etc.Files[name] = ""
	}
	i.own[name] = file
	return nil
}

// bindOwn mounts the files of the namespace on the layer, while /etc is not covered yet: that is
// where their links lead, and they are not read-only there.
func (h Host) bindOwn(i *isolation, at string) error {
	for name, file := range i.own {
		if err := h.withoutFile(i, name, file, sys.BindReplaced(file, at+"/"+name)); err != nil {
			return err
		}
	}
	return nil
}

// cover puts an empty directory over a directory, if that exists, for programs that know the
// sockets in it by a path of their own.
func (i *isolation) cover(dir string) {
	const empty = extraEtc + "/empty"
	if !slices.Contains(i.etc.Dirs, empty) {
		i.etc.Dirs = append(i.etc.Dirs, empty)
	}
	i.mounts = append(i.mounts, func() error {
		if err := sys.BindMount("/etc/"+empty, dir); !hasNothing(err) {
			return i.failed(dir, err)
		}
		return nil
	})
}

// hasNothing reports whether an error means that there is no directory at a path, and so nothing
// to hide in it.
func hasNothing(err error) bool {
	return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR)
}

// readConf reads a file of /etc. It is empty where there is none.
func readConf(path string) (string, error) {
	fd, err := sys.OpenPathFollow(path)
	if err == syscall.ENOENT {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer sys.Close(fd)
	text, err := sys.ReadHeld(fd, 1<<20)
	return string(text), err
}

// hide replaces a directory, or the symbolic link to one, by a directory of links to its
// entries, without one entry. Unlike a mount over that entry it lasts when the entry is
// removed and made again: the kernel removes the mounts on a removed file everywhere.
func (i *isolation) hide(dir, entry string) error {
	var st sys.FileStat
	switch err := sys.StatNoFollow(dir, &st); {
	case err == syscall.ENOENT:
		return nil
	case err != nil:
		return err
	}
	target, err := filepath.EvalSymlinks(dir)
	if hasNothing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	links := extraEtc + "/" + path.Base(dir)
	if target == "/etc/"+links || sys.IsMountPoint("/etc/"+links+".all") {
		return nil // already, for the command that runs this one
	}
	entries, err := sys.Names(target)
	if hasNothing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	i.etc.Dirs = append(i.etc.Dirs, links)
	if st.Kind() == sys.KindLink {
		i.etc.Links[links+".link"] = "/etc/" + links
		i.mounts = append(i.mounts, func() error {
			link, err := sys.CloneLink("/etc/" + links + ".link")
			if err != nil {
				return i.failed(dir, err)
			}
			defer sys.Close(link)
			return i.failed(dir, sys.AttachTree(link, dir))
		})
	} else {
		tree, err := sys.CloneTree(-1, dir)
		if err != nil {
			return err
		}
		i.trees = append(i.trees, tree)
		target = "/etc/" + links + ".all"
		i.etc.Dirs = append(i.etc.Dirs, links+".all")
		i.mounts = append(i.mounts,
			func() error { return i.failed(dir, sys.AttachTree(tree, target)) },
			func() error { return i.failed(dir, sys.BindMount("/etc/"+links, dir)) })
		i.cover(target + "/" + entry)
	}
	for _, name := range entries {
		if name != entry {
			i.etc.Links[links+"/"+name] = target + "/" + name
		}
	}
	return nil
}
