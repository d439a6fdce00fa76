package netnsctl

import (
	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Enter moves the calling thread into the namespace of name, or of what
// [Host.Resolve] takes for one, for good, and into a mount namespace of its own,
// where /sys shows that namespace and every file of EtcDir/name lies over the one
// in /etc. Nothing of this reaches other mount namespaces. The caller must have
// locked its thread.
//
// A file that cannot be laid over /etc is a warning.
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
