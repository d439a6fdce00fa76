package netnsctl

import (
	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Enter moves the calling thread, for good, into the namespace of name, or of what
// [Host.Resolve] takes for one. The thread also gets a mount namespace of its own, in
// which /sys shows the network namespace's devices and every file of EtcDir/name lies
// over the file of the same name in /etc. No other mount namespace changes. A file that
// cannot be mounted over /etc is a warning.
//
// Enter is for programs that work inside from then on. The caller must have locked its
// goroutine to the thread ([runtime.LockOSThread]) and must never unlock it, not even
// after an error: other goroutines would run on a thread that is elsewhere. If the
// thread is the process' first one, /proc/PID/ns shows where it went. [Do] has none of
// this.
func (h Host) Enter(name string) error { return h.enter(name, Setup{}) }

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
	if err := sys.NewMountNamespace(); err != nil {
		return newOpError(OpUnshareMount, name, "", err)
	}
	if err := sys.SlaveMounts(); err != nil {
		return newOpError(OpSlaveMounts, name, "/", err)
	}
	if err := h.remountSysfs(name, setup); err != nil {
		return err
	}
	if named {
		h.bindEtc(name)
	}
	return nil
}

// bindEtc lays the files of EtcDir/name over /etc, in directory order.
func (h Host) bindEtc(name string) {
	dir := h.etcDir() + "/" + name
	files, _ := sys.Names(dir)
	for _, file := range files {
		src, dst := dir+"/"+file, "/etc/"+file
		if err := sys.BindMount(src, dst); err != nil {
			h.warn(&OpError{Op: OpBindEtc, Name: dst, Path: src, Err: err})
		}
	}
}
