package discover

import (
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// TestOpenPins: a pin that leads to another namespace by now is passed over.
func TestOpenPins(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		nstest.Must(t, host.Add("other"))
		holder(t, "descriptor", "other")
		v := looked(t)
		byIno := map[uint64]*Namespace{}
		for _, ns := range gather(v.seen) {
			byIno[ns.ID.Ino] = ns
		}
		names := v.names
		v.names = nil
		x, other := byIno[inode(t, host.NamePath("x"))], byIno[inode(t, host.NamePath("other"))]
		for _, test := range []struct {
			situation string
			pins      []Pin
			err       error
		}{
			{situation: "as seen", pins: x.Pins},
			{situation: "after pins that lead elsewhere", pins: append(append([]Pin{}, other.Pins...), x.Pins...)},
			{situation: "pins that lead elsewhere", pins: other.Pins, err: syscall.ENOENT},
			{situation: "a process that has ended", pins: []Pin{{Kind: Process, PID: 9000001}}, err: syscall.ENOENT},
			{situation: "a mount namespace that is not known", pins: []Pin{{Kind: MountPin, Mount: &Mount{Namespace: 1}}}, err: syscall.ENOENT},
			{situation: "what nobody can open", pins: []Pin{{Kind: Invisible, FD: -1}}, err: syscall.EOPNOTSUPP},
			{situation: "no pin", err: syscall.ENOENT},
		} {
			fd, err := v.open(&Namespace{Identity: netnsctl.Identity{ID: x.ID}, Pins: test.pins})
			if err != test.err {
				t.Errorf("%s: %v", test.situation, err)
			}
			if err != nil {
				continue
			}
			if _, ino, _ := sys.Fstat(fd); ino != x.ID.Ino {
				t.Errorf("%s: %d", test.situation, ino)
			}
			sys.Close(fd)
		}
		v.names = names // a name leads to it where its pin has gone
		fd, err := v.open(&Namespace{Identity: netnsctl.Identity{ID: x.ID}, Pins: []Pin{{Kind: Process, PID: 9000001}}})
		nstest.Must(t, err)
		if _, ino, _ := sys.Fstat(fd); ino != x.ID.Ino {
			t.Errorf("by its name: %d", ino)
		}
		sys.Close(fd)
	})
}

// TestOpenByNumber: a namespace that no pin leads to is opened by its number, while a process or
// a file of it is open somewhere.
func TestOpenByNumber(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		id, err := host.Identity("x")
		nstest.Must(t, err)
		ns := &Namespace{Identity: id, Pins: []Pin{{Kind: Invisible, FD: -1}}}
		v := looked(t)
		v.names = nil
		if fd, err := sys.OpenHandle(id.Cookie, id.ID.Ino); err == nil {
			sys.Close(fd)
		} else {
			nstest.Lacks(t, "a kernel that opens namespaces by handle (Linux 6.18): "+err.Error())
		}
		fd, err := v.open(ns)
		nstest.Must(t, err)
		if _, ino, _ := sys.Fstat(fd); ino != id.ID.Ino {
			t.Errorf("%d, not %d", ino, id.ID.Ino)
		}
		sys.Close(fd)
		nstest.Must(t, host.Delete("x"))
		if fd, err := v.open(ns); err == nil {
			t.Errorf("a namespace that is gone is open: %d", fd)
		}
	})
}

// TestUncovering: the time for opening covered mounts is bounded. Beyond that, other mounts
// are opened still.
func TestUncovering(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		_, id := leaked(t, "mount-covered")
		v := looked(t)
		var covered Pin
		for _, s := range v.seen {
			if s.ID == id && s.Pin.Kind == MountPin {
				covered = s.Pin
			}
		}
		fd, err := v.openPin(covered, id.Ino)
		nstest.Must(t, err)
		sys.Close(fd)
		if v.uncovering == 0 {
			t.Error("it took no time")
		}
		v.uncovering = maxUncovering + 1
		if _, err := v.openPin(covered, id.Ino); err != syscall.EBUSY {
			t.Errorf("a covered mount: %v", err)
		}
		fd, err = v.openMount(&Mount{Path: bound(t), Host: true, Namespace: v.ownMounts}, v.own.Ino)
		nstest.Must(t, err)
		sys.Close(fd)
	})
}
