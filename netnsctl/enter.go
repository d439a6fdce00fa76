package netnsctl

import (
	"cmp"
	"path"
	"runtime"
	"slices"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Enter moves the calling thread, for good, into the namespace of name, or of what
// [Host.Resolve] takes for one. The thread also gets a mount namespace of its own, in
// which /sys shows the network namespace's devices and every file of EtcDir/name lies
// over the file of the same name in /etc. No other mount namespace changes. A file that
// cannot be mounted over /etc is a warning.
//
// Enter is for programs that work inside from then on. It locks the calling goroutine
// to its thread ([runtime.LockOSThread]), unless [Host.LockedThread] says that it is. The
// caller must never unlock it, not even after an error: other goroutines would run on a
// thread that is elsewhere. If the thread is the process' first one, /proc/PID/ns shows
// where it went. [Do] and [Host.Run] have none of this.
func (h Host) Enter(name string) error {
	if !h.LockedThread {
		runtime.LockOSThread()
	}
	return h.enter(name, Setup{})
}

func (h Host) enter(name string, setup Setup) error {
	ns, named, err := h.open(name)
	if err != nil {
		return err
	}
	err = netns.Set(ns)
	ns.Close()
	if err != nil {
		return newOpError(OpEnterNet, name, h.NamePath(name), err)
	}
	if err := h.ownMounts(name, setup); err != nil {
		return err
	}
	switch {
	case setup.IsolateDNS && named:
		return h.isolateDNS(name, h.Overlays(name))
	case setup.IsolateDNS:
		return h.isolateDNS(name, nil)
	case named:
		h.bindEtc(name)
	}
	return nil
}

// ownMounts gives the calling thread a mount namespace of its own, whose /sys shows the devices
// of the thread's network namespace.
func (h Host) ownMounts(name string, setup Setup) error {
	if err := sys.NewMountNamespace(); err != nil {
		return newOpError(OpUnshareMount, name, "", err)
	}
	if err := sys.SlaveMounts(); err != nil {
		return newOpError(OpSlaveMounts, name, "/", err)
	}
	return h.remountSysfs(name, setup)
}

// remountSysfs makes /sys show the devices of the namespace of name.
func (h Host) remountSysfs(name string, setup Setup) error {
	if setup.NoSysfs {
		return nil
	}
	var kept []sys.Kept
	if setup.KeepSys {
		var err error
		if kept, err = sys.KeepBelow("/sys"); err != nil {
			return newOpError(OpKeepMount, name, "/sys", err)
		}
		defer sys.Release(kept)
	}
	if err := sys.RemountSysfs(cmp.Or(name, "sysfs")); err != nil {
		return newOpError(OpMountSysfs, name, "/sys", err)
	}
	for _, k := range kept {
		h.warn(newOpError(OpKeepMount, name, k.Path, k.PutBack()))
	}
	return nil
}

// bindEtc mounts the files of EtcDir/name over those of /etc, in directory order.
func (h Host) bindEtc(name string) {
	dir := h.etcDir() + "/" + name
	files, _ := sys.Names(dir)
	for _, file := range files {
		src, dst := dir+"/"+file, "/etc/"+file
		if err := sys.BindReplaced(src, dst); err != nil {
			h.warn(&OpError{Op: OpBindEtc, Name: dst, Path: src, Err: err})
		}
	}
}

// Overlays are the files, as paths, that [Host.Enter] mounts over those of the same
// names in /etc, in alphabetical order.
func (h Host) Overlays(name string) []string {
	if !ValidName(name) {
		return nil
	}
	dir := h.etcDir() + "/" + name
	files, _ := sys.Names(dir)
	slices.Sort(files)
	for i := range files {
		files[i] = dir + "/" + files[i]
	}
	return files
}

// LinkedOverlay is a File of EtcDir that [Host.Enter] mounts over the target of a symbolic
// Link in /etc, since /etc has a link in place of a file of that name. When the target is
// replaced, as resolvers do with their resolv.conf, the kernel removes the mount on it
// (Linux 3.18).
type LinkedOverlay struct{ File, Link string }

// LinkedOverlays returns the files of EtcDir/name whose mount may be lost: see
// [LinkedOverlay].
func (h Host) LinkedOverlays(name string) []LinkedOverlay {
	var found []LinkedOverlay
	for _, file := range h.Overlays(name) {
		link := "/etc/" + path.Base(file)
		fd, err := sys.OpenPath(link)
		if err != nil {
			continue
		}
		var st sys.FileStat
		if sys.StatFD(fd, &st) == nil && st.Kind() == sys.KindLink {
			found = append(found, LinkedOverlay{file, link})
		}
		sys.Close(fd)
	}
	return found
}
