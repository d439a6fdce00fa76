package discover

import (
	"slices"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// hiddenSockets sees the sockets that no descriptor leads to, in namespaces without a process.
// The kernel counts the sockets that hold a namespace ("used" in /proc/net/sockstat, since Linux
// 4.16): the difference to those seen is what hides. It looks into orphans and, if the options
// ask for it or there is a descriptor that holds an unknown namespace, into the other ones.
func hiddenSockets(v *vantage) (seen []sighting, gaps []Gap) {
	if v.opts.IdentityOnly {
		return nil, nil
	}
	l := hiddenLook{v: v, known: v.knownSockets(), open: v.blindFiles()}
	all := gather(v.seen)
	v.eachInside(l.withoutProcess(all), func(ns *Namespace) bool {
		l.lookInto(ns)
		return true
	})
	l.placeOthers(all)
	return l.seen, nil
}

// hiddenLook is what [hiddenSockets] has seen.
type hiddenLook struct {
	v     *vantage
	known map[uint64]int // the sockets that were seen, by their namespace
	open  []blindFile    // of which the namespace is not known yet
	seen  []sighting
	// settling is how often it has waited.
	settling int
}

// blindFile is a descriptor that holds a namespace by a socket and does not tell which: that of
// a macvtap or ipvtap (tap_open in the kernel's drivers/net/tap.c), and of an io_uring with a
// pending request.
type blindFile struct {
	pin Pin
	net uint64 // of its process
}

func (v *vantage) blindFiles() (files []blindFile) {
	for _, f := range v.classFiles(tapFile) {
		files = append(files, blindFile{f.pin(TunTap), f.net})
	}
	files = append(files, v.pendingRings...)
	for i := range files {
		p := &files[i].pin
		p.key = uint64(p.PID)<<32 | uint64(p.FD)
	}
	return files
}

// knownSockets counts the sockets that were seen.
func (v *vantage) knownSockets() map[uint64]int {
	known := map[uint64]int{}
	for _, net := range v.socketNets {
		known[net]++
	}
	for _, s := range v.seen {
		if s.Pin.Kind == TunTap && !s.Pin.Uses || s.Pin.Kind == InFlight {
			known[s.ID.Ino]++
		}
	}
	return known
}

// withoutProcess are the namespaces to look into.
func (l *hiddenLook) withoutProcess(all []*Namespace) (found []*Namespace) {
	names := map[netnsctl.ID]bool{}
	for _, n := range l.v.names {
		names[n.ID] = true
	}
	everywhere := l.v.opts.Sockets || len(l.open) > 0
	for _, ns := range all {
		if !ns.hasProcess() && ns.ID != l.v.own && ns.ID != l.v.host1 && (everywhere || !names[ns.ID]) {
			found = append(found, ns)
		}
	}
	return found
}

func (ns *Namespace) hasProcess() bool {
	for _, p := range ns.Pins {
		if p.Kind == Process {
			return true
		}
	}
	return false
}

// lookInto finds what the sockets are that no descriptor leads to. The calling thread is in the
// namespace.
func (l *hiddenLook) lookInto(ns *Namespace) {
	hidden := l.hidden(ns.ID.Ino, 0)
	if hidden <= 0 {
		return
	}
	ended, others, subflows := l.v.unseenTCP()
	waiting := l.v.waiting()
	pins := slices.Concat(ended, waiting, l.v.rings())
	// A connection that waits keeps its client, too, when that is closed.
	if hidden -= len(pins) + len(waiting) + subflows; hidden > 0 {
		sure := others[:min(len(others), hidden)]
		pins = append(pins, sure...)
		hidden -= len(sure)
	}
	if hidden > 0 {
		for _, f := range l.open {
			pins = append(pins, f.pin)
			hidden--
		}
		l.open = nil
	}
	// On a busy machine the kernel frees a closed socket after a second only, so that this alone
	// keeps no orphan.
	if hidden > 0 && l.v.opts.Sockets {
		pins = append(pins, Pin{Kind: SocketPin, FD: -1})
	}
	for _, p := range pins {
		l.seen = append(l.seen, sighting{Identity: ns.Identity, Pin: p})
	}
}

// unseenTCP are the sockets of TCP in the namespace of the calling thread that no descriptor leads
// to: those that have outlived their process, and those whose file nobody seems to have.
// A socket of MPTCP is counted, and each of its subflows, which have its inode number.
func (v *vantage) unseenTCP() (ended, others []Pin, subflows int) {
	for _, s := range tcpSockets(v.fs.Root()) {
		_, seen := v.socketNets[s.ino]
		switch {
		case s.ino == 0:
			ended = append(ended, s.pin())
		case v.multipath[s.ino]:
			subflows++
		case !seen:
			others = append(others, s.pin())
		}
	}
	return ended, others, subflows
}

const (
	// A namespace with hidden sockets is looked at again, settleTries times at most and all of
	// them together maxSettling times: the kernel frees some sockets a few milliseconds after
	// they were closed (call_rcu), and later on a busy machine. In an idle namespace each socket is a sign of life
	// ([Options.Evidence]), so that the look waits longer for that.
	settleTries = 5
	maxSettling = 10
	forEvidence = 4 // times as long
	settleTime  = 10 * time.Millisecond
)

// hidden is how many sockets in the namespace of the calling thread no descriptor leads to, but
// for so many of our own.
func (l *hiddenLook) hidden(ino uint64, ours int) (n int) {
	tries, most := settleTries, maxSettling
	if l.v.opts.Evidence {
		tries, most = forEvidence*tries, forEvidence*most
	}
	for try := 1; ; try++ {
		text, err := sys.ReadFile(l.v.fs.Root() + "/thread-self/net/sockstat")
		if err != nil {
			return 0
		}
		if n = usedSockets(text) - l.known[ino] - ours; n <= 0 {
			return 0
		}
		if try == tries || l.settling == most {
			return n
		}
		l.settling++
		time.Sleep(settleTime)
	}
}

// placeOthers finds the namespaces of the descriptors that none of those without a process
// explains. Where the namespace of their process has a socket that nobody else has, it is that
// one. Otherwise an earlier scan tells, or the namespace is unknown.
func (l *hiddenLook) placeOthers(all []*Namespace) {
	atHome := map[uint64]bool{}
	for _, f := range l.open {
		if _, asked := atHome[f.net]; !asked {
			atHome[f.net] = true // as far as cannot be told
			for _, ns := range all {
				if ns.ID.Ino == f.net {
					l.v.eachInside([]*Namespace{ns}, func(*Namespace) bool {
						ours := 0
						if ns.ID == l.v.own {
							l.v.helper.Rest()
							ours = sys.OwnSockets()
						}
						atHome[f.net] = l.hidden(f.net, ours) > 0
						return false
					})
				}
			}
		}
		if atHome[f.net] {
			continue
		}
		s := sighting{Pin: f.pin}
		if id, known := l.v.remembered[blindPin{f.pin.Kind, f.pin.key}]; known {
			s.Identity = id
		} else {
			s.NSID = l.v.unknownNumber()
		}
		l.seen = append(l.seen, s)
	}
}
