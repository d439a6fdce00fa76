package inside

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// The steps that can fail, beside those of package netnsctl.
const (
	OpListDevices   netnsctl.Op = "list devices"
	OpListAddresses netnsctl.Op = "list addresses"
	OpListRoutes    netnsctl.Op = "list routes"
	OpListSockets   netnsctl.Op = "list sockets"
	OpReadSysctl    netnsctl.Op = "read kernel parameter"
)

// reader is the state of one Read.
type reader struct {
	fds     []int
	want    Wanted
	result  []Contents
	outlook outlook
}

// Read looks into the network namespaces that fds are open files of, with one
// thread per processor. A descriptor of -1 gives empty contents, without an
// error.
//
// The result has one element for each, in the same order. Where devices are
// wanted it may be longer: further elements are namespaces that devices lead to
// and that are not among fds. Of these there are devices and addresses only.
func Read(fds []int, want Wanted) []Contents {
	r := &reader{fds: fds, want: want, result: make([]Contents, len(fds))}
	workers := min(runtime.GOMAXPROCS(0), max(len(fds), 1))
	if want.Devices {
		r.openOutlook(workers)
		defer r.outlook.close()
	}
	var next atomic.Int64
	var done sync.WaitGroup
	for w := range workers {
		done.Go(func() {
			sys.OnThrowAwayThread(func() {
				var here place
				for {
					i := int(next.Add(1)) - 1
					if i >= len(fds) {
						return
					}
					if fds[i] >= 0 {
						r.read(&here, w, i)
					}
				}
			})
		})
	}
	done.Wait()
	r.readFurther()
	return r.result
}

// read reads one namespace, by one worker.
func (r *reader) read(here *place, worker, i int) {
	c := &r.result[i]
	if r.want.Devices {
		c.fail(OpListDevices, "", r.listDevices(worker, i))
	}
	if !r.want.Addresses && !r.want.Routes && !r.want.Sockets && len(r.want.Sysctls) == 0 {
		return
	}
	if err := here.enter(r.fds[i]); err != nil {
		c.fail(netnsctl.OpEnterNet, "", err)
		return
	}
	if r.want.Addresses || r.want.Routes {
		r.ask(c)
	}
	if r.want.Sockets {
		found, err := sys.ListenInNet()
		c.Sockets = sockets(found)
		c.fail(OpListSockets, "", err)
	}
	if len(r.want.Sysctls) > 0 {
		c.Sysctls = make(map[string]string, len(r.want.Sysctls))
		for _, key := range r.want.Sysctls {
			c.sysctl(key)
		}
	}
}

// ask asks rtnetlink, on a thread that is inside.
func (r *reader) ask(c *Contents) {
	rtnl, err := sys.DialRTNL(true)
	if err != nil {
		c.fail(netnsctl.OpOpenNetlink, "", err)
		return
	}
	defer rtnl.Close()
	if r.want.Addresses {
		found, err := rtnl.Addresses(nil)
		c.Addresses = addresses(found)
		c.fail(OpListAddresses, "", err)
	}
	if r.want.Routes {
		found, err := rtnl.Routes()
		c.Routes = routes(found)
		c.fail(OpListRoutes, "", err)
	}
}

func (c *Contents) fail(op netnsctl.Op, path string, err error) {
	if err != nil {
		c.Err = errors.Join(c.Err, netnsctl.NewOpError(op, "", path, err))
	}
}

// place is the network namespace that a worker's thread is in: the zero place is
// not known yet.
type place struct{ id netnsctl.ID }

// enter moves the thread, unless it is there: who may not enter a namespace may
// still look at the one he is in.
func (p *place) enter(fd int) error {
	dev, ino, err := sys.Fstat(fd)
	if err != nil {
		return err
	}
	id := netnsctl.ID{Dev: dev, Ino: ino}
	if p.id == (netnsctl.ID{}) {
		if p.id.Dev, p.id.Ino, err = sys.Stat(sys.ThreadNetPath); err != nil {
			p.id = netnsctl.ID{}
		}
	}
	if p.id == id {
		return nil
	}
	if err := sys.SetNet(fd); err != nil {
		return err
	}
	p.id = id
	return nil
}
