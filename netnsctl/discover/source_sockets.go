package discover

import (
	"os"
	"slices"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// sockets sees the sockets of processes, and the descriptors in flight to them. Procfs
// tells nothing of a socket, but a copy of its descriptor does. A socket that many
// processes share is looked at once.
func sockets(v *vantage) (seen []sighting, gaps []Gap) {
	l := socketLook{v: v}
	for open := l.group(v.classFiles(socketFile)); len(open) > 0; {
		requests := make([]helper.Request, len(open))
		for i, s := range open {
			requests[i] = helper.Socket(s.holders[0].descriptor(), s.holders[0].id, s.expected)
		}
		var again []*socket // by their next holder
		for i, a := range v.helper.Ask(requests...) {
			s := open[i]
			if a.Err == nil {
				l.told(s, a.Socket())
				v.copies = v.copies || s.holders[0].pid != os.Getpid()
				continue
			}
			if !closedMeanwhile(a.Err) && s.unread == nil {
				s.unread = unreadGap(GapSockets, s.holders[0].pid, a.Err)
			}
			if s.holders = s.holders[1:]; len(s.holders) > 0 {
				again = append(again, s)
			} else {
				l.gaps = append(l.gaps, s.unread...)
			}
		}
		open = again
	}
	l.flights()
	v.markRefused(l.gaps)
	return l.seen, l.gaps
}

// markRefused sets [Gap.RefusedToAll] in the gaps of descriptors if no copy of one was made: with
// kernel.yama.ptrace_scope 3, SELinux' deny_ptrace or a seccomp filter none can be.
func (v *vantage) markRefused(gaps []Gap) {
	for i := range gaps {
		gaps[i].RefusedToAll = !v.copies && sys.Privileged()
	}
}

// socket is a socket that is looked at.
type socket struct {
	all     []openFile // its descriptors
	holders []openFile // those that were not tried
	// expected is the network namespace of all its processes, 0 if they differ.
	expected uint64
	unread   []Gap // why the others told nothing
}

// socketLook is what [sockets] has seen.
type socketLook struct {
	v      *vantage
	seen   []sighting
	gaps   []Gap
	unread []openFile // sockets with which descriptors may be in flight
}

// group makes a socket of the descriptors with the same inode number.
func (l *socketLook) group(files []openFile) []*socket {
	groups := make([]*socket, 0, len(files))
	byInode := make(map[uint64]*socket, len(files))
	for i, f := range files {
		if s := byInode[f.id]; s != nil {
			s.all = append(s.all, f)
			if f.net != s.expected {
				s.expected = 0
			}
			continue
		}
		s := &socket{all: files[i : i+1 : i+1], expected: f.net}
		byInode[f.id] = s
		groups = append(groups, s)
	}
	for _, s := range groups {
		s.holders = s.all
	}
	return groups
}

// told notes what a descriptor of a socket told.
func (l *socketLook) told(s *socket, state helper.SocketState) {
	by := s.holders[0]
	if state.Unread {
		l.unread = append(l.unread, by)
	}
	l.v.socketNets[by.id] = state.Net
	if state.Type == "mptcp" {
		l.v.multipath[by.id] = true
	}
	for _, holder := range s.all {
		p := holder.pin(SocketPin)
		if state.Net != holder.net {
			p.Detail = state.Type
		}
		l.seen = append(l.seen, l.v.sighting(state.Net, p))
	}
}

// flights looks at the descriptors that were sent to unix sockets and not yet received. The
// kernel shows those in the first message; the others are counted.
func (l *socketLook) flights() {
	var files []openFile
	var sent []int
	var requests []helper.Request
	for _, f := range l.unread {
		if n := sys.SentFDs(l.v.fs.FDInfo(f.pid, f.tid, f.fd)); n > 0 {
			files, sent = append(files, f), append(sent, n)
			requests = append(requests, helper.Flight(f.descriptor(), f.id))
		}
	}
	for i, a := range l.v.helper.Ask(requests...) {
		f := files[i]
		if a.Err != nil {
			if !closedMeanwhile(a.Err) {
				l.gaps = append(l.gaps, unreadGap(GapInFlight, f.pid, a.Err)...)
			}
			continue
		}
		flight := a.Flight()
		for _, net := range flight.Nets {
			l.seen = append(l.seen, l.v.sighting(net, f.pin(InFlight)))
		}
		for _, mount := range flight.Mounts {
			l.v.sentMounts = append(l.v.sentMounts, sentMount{f, mount})
		}
		for _, device := range flight.Devices {
			if slices.Contains(l.v.tapMajors, sys.Major(device)) {
				tap := f
				tap.class, tap.id = tapFile, device
				l.v.files = append(l.v.files, tap)
			}
		}
		if hidden := flight.Hidden + max(sent[i]-flight.Count, 0); hidden > 0 {
			l.gaps = append(l.gaps, Gap{What: GapInFlight, Count: hidden, PID: f.pid})
		}
	}
}

// closedMeanwhile reports whether an error says that a descriptor has been closed since it
// was found, or has become another file.
func closedMeanwhile(err error) bool { return procfs.Gone(err) || err == syscall.EBADF }

// unreadGap is the gap of a descriptor that could not be copied, or whose copy does not
// answer: then no descriptor of the process may be looked at.
func unreadGap(what string, pid int, err error) []Gap {
	if helper.GivenUp(err) {
		what = GapDescriptors
	}
	return []Gap{{What: what, Count: 1, Critical: true, PID: pid}}
}
