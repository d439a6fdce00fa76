// Package inside reads what is in network namespaces: devices and where they lead,
// addresses, routes, listening sockets, kernel parameters.
//
// Reading changes nothing. When the devices of a namespace are listed from inside, the
// kernel assigns an nsid, there, to every namespace that a device leads to. Package
// inside therefore lists devices from a scratch namespace, in which it has assigned an
// nsid to each namespace that it reads: so it also knows where a link leads. Where
// user.max_net_namespaces are in use, there is no scratch namespace, and devices are
// listed from inside.
package inside

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// The steps that can fail, in addition to those of package netnsctl.
const (
	OpListDevices   netnsctl.Op = "list devices"
	OpListAddresses netnsctl.Op = "list addresses"
	OpListRoutes    netnsctl.Op = "list routes"
	OpListSockets   netnsctl.Op = "list sockets"
	OpReadSysctl    netnsctl.Op = "read kernel parameter"
)

// Wanted says what to read.
type Wanted struct {
	Devices, Addresses, Routes, Sockets, Gateways bool
	// Sysctls are kernel parameters, as paths such as "net/ipv4/ip_forward".
	Sysctls []string
	// Near, if not nil, limits the devices that are read. A handle may then be -1.
	Near *Near
}

// Contents are the parts of one namespace that were read.
type Contents struct {
	Devices   []Device
	Addresses []Address
	Routes    []Route
	Sockets   []Socket
	Gateway   Gateway
	// Sysctls are the values, by parameter. A parameter that the namespace does not have is
	// left out.
	Sysctls map[string]string
	// Err says what could not be read: [netnsctl.OpError]s, joined.
	Err error
}

// Device returns the device with an index, or nil if there is none.
func (c *Contents) Device(index int) *Device {
	for i := range c.Devices {
		if c.Devices[i].Index == index {
			return &c.Devices[i]
		}
	}
	return nil
}

// reader is the state of one Read.
type reader struct {
	namespaces []netns.NsHandle
	want       Wanted
	result     []Contents
	view       *view // of the namespaces whose devices are all read
	together   int   // is how many get nsids in one view, if they are not near
	ours       int   // the index of our own namespace, more than all if it is not given
}

// Read looks into network namespaces, with one thread per processor. A handle that is
// not open (-1) gives empty contents without an error, but for [Wanted.Near].
//
// The result has one element for each namespace, in the same order. If devices are
// wanted, it may be longer: further elements are namespaces that devices lead to and
// that were not given. Only their devices and addresses are read, by their nsids in
// a scratch namespace, as nothing leads into them. They are not read, but have an error,
// where the user may make no further network namespace ([Scratch]).
func Read(namespaces []netns.NsHandle, want Wanted) []Contents {
	r := newReader(namespaces, want)
	defer r.view.Close()
	r.readAll()
	return r.result
}

func newReader(namespaces []netns.NsHandle, want Wanted) *reader {
	return &reader{namespaces: namespaces, want: want, result: make([]Contents, len(namespaces)), view: newView(), together: together, ours: math.MaxInt}
}

func (r *reader) readAll() {
	workers := min(runtime.GOMAXPROCS(0), max(len(r.namespaces), 1))
	if r.want.Devices {
		r.readDevices(workers)
	}
	if r.want.needsEntering() {
		r.enterAll(workers)
	}
}

// enterAll reads what can be read from inside only.
func (r *reader) enterAll(workers int) {
	var next atomic.Int64
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			sys.OnThrowAwayThread(func() {
				for {
					i := int(next.Add(1)) - 1
					if i >= len(r.namespaces) {
						return
					}
					if r.namespaces[i] >= 0 {
						r.read(i)
					}
				}
			})
		})
	}
	done.Wait()
}

func (w *Wanted) needsEntering() bool {
	return w.Addresses || w.Routes || w.Sockets || w.Gateways || len(w.Sysctls) > 0
}

// read reads namespace i on the calling thread.
func (r *reader) read(i int) {
	c := &r.result[i]
	if err := enter(r.namespaces[i]); err != nil {
		c.fail(netnsctl.OpEnterNet, "", err)
		return
	}
	if r.want.Addresses {
		c.readAddresses()
	}
	if r.want.Routes {
		c.readRoutes()
	}
	if r.want.Sockets {
		found, err := listSockets()
		c.Sockets = found
		c.fail(OpListSockets, "", err)
	}
	if r.want.Gateways {
		c.readGateway()
	}
	if len(r.want.Sysctls) > 0 {
		c.Sysctls = make(map[string]string, len(r.want.Sysctls))
		for _, key := range r.want.Sysctls {
			c.readSysctl(key)
		}
	}
}

// readAddresses reads the addresses of the thread's namespace.
func (c *Contents) readAddresses() {
	socket, err := rtnl.Dial(true)
	if err != nil {
		c.fail(netnsctl.OpOpenNetlink, "", err)
		return
	}
	defer socket.Close()
	c.addAddresses(socket, nil)
}

func (c *Contents) addAddresses(socket *rtnl.Conn, target *int32) {
	var err error
	c.Addresses, err = listAddresses(socket, target)
	c.fail(OpListAddresses, "", err)
}

// readRoutes reads the main routing table of the thread's namespace.
func (c *Contents) readRoutes() {
	socket, err := rtnl.Dial(true)
	if err != nil {
		c.fail(netnsctl.OpOpenNetlink, "", err)
		return
	}
	defer socket.Close()
	c.Routes, err = listRoutes(socket)
	c.fail(OpListRoutes, "", err)
}

// readSysctl reads a kernel parameter. Below /proc/sys/net each thread sees those of
// its own network namespace.
func (c *Contents) readSysctl(key string) {
	path := "/proc/sys/" + key
	text, err := sys.ReadFile(path)
	switch err {
	case nil:
		c.Sysctls[key] = strings.TrimSuffix(string(text), "\n")
	case syscall.ENOENT: // The kernel or the namespace does not have it.
	default:
		c.fail(OpReadSysctl, path, err)
	}
}

func (c *Contents) fail(op netnsctl.Op, path string, err error) {
	if err != nil {
		c.Err = errors.Join(c.Err, netnsctl.NewOpError(op, "", path, err))
	}
}

// enter moves the thread into a namespace. Whoever may not do that may still read the
// namespace that the thread is in.
func enter(ns netns.NsHandle) error {
	err := netns.Set(ns)
	if err != unix.EPERM {
		return err
	}
	here, openErr := sys.OpenNamespace(sys.ThreadNetPath)
	if openErr != nil {
		return err
	}
	defer sys.Close(here)
	if ns.Equal(netns.NsHandle(here)) {
		return nil
	}
	return err
}
