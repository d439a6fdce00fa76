package find

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// nameTerm is a name or a glob pattern of names.
type nameTerm struct{ glob string }

func (t nameTerm) want(*inside.Wanted) {}

func (t nameTerm) match(v *view, found func(Match)) {
	for _, ns := range v.snap.Namespaces {
		for _, name := range ns.Names {
			// The name of another directory than the run directory is a path.
			ok, _ := path.Match(t.glob, path.Base(name))
			if ok || t.glob == name || t.glob == path.Base(name) {
				found(Match{Kind: Name, Namespace: ns, Text: "name " + name})
			}
		}
	}
}

// wordTerm is another word for a namespace: see [discover.Snapshot.Lookup].
type wordTerm struct{ word string }

func (t wordTerm) want(*inside.Wanted) {}

func (t wordTerm) match(v *view, found func(Match)) {
	if ns := v.snap.Lookup(t.word); ns != nil {
		found(Match{Kind: Namespace, Namespace: ns, Text: ns.String()})
	}
}

// inodeTerm is the inode number of a namespace.
type inodeTerm struct{ ino uint64 }

func (t inodeTerm) want(*inside.Wanted) {}

func (t inodeTerm) match(v *view, found func(Match)) {
	for _, ns := range v.snap.Namespaces {
		if ns.ID.Ino == t.ino {
			found(Match{Kind: Namespace, Namespace: ns, Text: ns.String()})
		}
	}
}

// socketTerm is the port of a listening socket.
type socketTerm struct {
	protocol string // tcp, udp; empty for both
	port     uint16
}

func (t socketTerm) want(w *inside.Wanted) { w.Sockets = true }

func (t socketTerm) match(v *view, found func(Match)) {
	for i := range v.contents {
		var holders map[uint64][]discover.Pin
		for _, s := range v.contents[i].Sockets {
			if s.Local.Port() != t.port || t.protocol != "" && s.Protocol != t.protocol {
				continue
			}
			ns := v.namespace(i)
			if holders == nil {
				holders = discover.SocketHolders(v.host, ns)
			}
			found(Match{Kind: Socket, Namespace: ns, Device: DeviceName{s.Device, s.Name}, Text: listener(s, holders[s.Inode])})
		}
	}
}

// listener describes a socket and its holders.
func listener(s inside.Socket, holders []discover.Pin) string {
	text := s.Protocol + " " + s.Local.String()
	if len(holders) == 0 {
		return text + ", uid " + strconv.FormatUint(uint64(s.UID), 10)
	}
	return text + ", " + holders[0].Who() + more(len(holders)-1)
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return " and " + strconv.Itoa(n) + " more"
}

// pidTerm is a process or thread. It matches the namespace of the process and those
// that the process pins by other means.
type pidTerm struct{ pid int }

func (t pidTerm) want(*inside.Wanted) {}

func (t pidTerm) match(v *view, found func(Match)) {
	for _, ns := range v.snap.Namespaces {
		var pins []discover.Pin
		for _, p := range ns.Pins {
			if p.PID != t.pid && p.TID != t.pid {
				continue
			}
			if p.Kind == discover.Process {
				pins = []discover.Pin{p}
				break
			}
			pins = append(pins, p)
		}
		if len(pins) > 0 {
			pins[0].Command = discover.Describe(v.host, pins[0].PID).Command
			found(Match{Kind: Process, Namespace: ns, Text: pins[0].String() + more(len(pins)-1)})
		}
	}
}

// containerTerm is the beginning of the ID of a container or pod.
type containerTerm struct{ id string }

func (t containerTerm) want(*inside.Wanted) {}

func (t containerTerm) match(v *view, found func(Match)) {
	for _, ns := range v.snap.Namespaces {
		var done []string
		for _, p := range ns.Pins {
			if p.Kind != discover.Process {
				continue
			}
			o := discover.Describe(v.host, p.PID)
			kind, id := Container, o.Container
			if !strings.HasPrefix(id, t.id) {
				kind, id = Pod, o.Pod
			}
			if !strings.HasPrefix(id, t.id) || slices.Contains(done, id) {
				continue
			}
			done = append(done, id)
			p.Command = o.Command
			found(Match{Kind: kind, Namespace: ns, Text: string(kind) + " " + id + " of " + p.Who()})
		}
	}
}
