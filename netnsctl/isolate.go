package netnsctl

import (
	"errors"
	"path"
	"path/filepath"
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
	// etc lies over /etc. The mounts are made after that.
	etc    sys.Layer
	mounts []func() error
	trees  []int // detached, for the mounts
}

// isolateDNS makes the calling thread, which has a mount namespace of its own, look up host
// names inside its network namespace only: it asks the servers in EtcDir/name/resolv.conf, or
// none where that file is missing, and no daemon outside. The own files, those of EtcDir/name,
// lie over those of /etc also where /etc has links or lacks them, and stay there when the files
// of /etc are replaced.
func (h Host) isolateDNS(name string, own []string) error {
	i := isolation{name: name, etc: sys.Layer{
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
	if err := i.etc.Cover("/etc"); err != nil {
		return i.failed("/etc", err)
	}
	for _, k := range kept {
		// A container's resolv.conf is such a mount.
		if _, ours := i.etc.Files[path.Base(k.Path)]; !ours || path.Dir(k.Path) != "/etc" {
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
		err := i.addFile(name, file)
		switch {
		case err == nil:
		case name == "resolv.conf":
			return i.failed(file, err)
		default:
			h.warn(&OpError{Op: OpBindEtc, Name: "/etc/" + name, Path: file, Err: err})
		}
	}
	text, err := readConf(nsswitch)
	i.etc.Files["nsswitch.conf"] = withoutForeignServices(text)
	return i.failed(nsswitch, err)
}

// addFile mounts a file, or a directory, over an entry of /etc that the layer has.
func (i *isolation) addFile(name, file string) error {
	tree, err := sys.CloneMount(-1, file)
	if err != nil {
		return err
	}
	i.trees = append(i.trees, tree)
	var st sys.FileStat
	if err := sys.StatFD(tree, &st); err != nil {
		return err
	}
	switch _, isFile := i.etc.Files[name]; {
	case st.Kind() == sys.KindDirectory && isFile:
		return syscall.EISDIR
	case st.Kind() == sys.KindDirectory:
		i.etc.Dirs = append(i.etc.Dirs, name)
	default:
		i.etc.Files[name] = ""
	}
	i.attach(tree, "/etc/"+name)
	return nil
}

// attach mounts a tree at a path.
func (i *isolation) attach(tree int, path string) {
	i.mounts = append(i.mounts, func() error { return i.failed(path, sys.AttachTree(tree, path)) })
}

// cover puts an empty directory over a directory, if that exists, for programs that know the
// sockets in it by a path of their own.
func (i *isolation) cover(dir string) {
	const empty = extraEtc + "/empty"
	i.etc.Dirs = append(i.etc.Dirs, empty)
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
		i.attach(tree, target)
		i.mounts = append(i.mounts, func() error { return i.failed(dir, sys.BindMount("/etc/"+links, dir)) })
	}
	for _, name := range entries {
		if name != entry {
			i.etc.Links[links+"/"+name] = target + "/" + name
		}
	}
	return nil
}
