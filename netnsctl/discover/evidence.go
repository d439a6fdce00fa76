package discover

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// Evidence is what speaks for somebody using an idle namespace, or wanting it back, and what against
// that. No process is inside in any case.
type Evidence struct {
	// For are signs of life. Without any, and with Unread empty, the namespace is a leftover as far
	// as anybody can tell.
	For     []Fact `json:"for"`
	Against []Fact `json:"against"`
	// Unread is what could not be read, and may be a sign of life.
	Unread []Fact `json:"not_read"`
}

// Fact is one piece of evidence.
type Fact struct {
	Kind FactKind `json:"kind"`
	// Text is a sentence for people, in which "it" is the namespace.
	Text string `json:"text"`
}

// FactKind is what a fact is about.
type FactKind string

// The kinds of facts.
const (
	RuntimeFact    FactKind = "runtime"    // whether a container runtime knows it
	LeaseFact      FactKind = "lease"      // an address of CNI, and whether its container exists
	ConfigFact     FactKind = "config"     // the configuration of the host has it
	FarEndFact     FactKind = "far-end"    // where a device leads
	ForwardingFact FactKind = "forwarding" // it carries packets of others
	TunnelFact     FactKind = "tunnel"     // a tunnel that is up
	ListeningFact  FactKind = "listening"  // a socket that waits for others to speak
	PinFact        FactKind = "pin"        // something holds it, other than the mount of its name
	MountFact      FactKind = "mount"      // it is mounted elsewhere, too
	ContentsFact   FactKind = "contents"   // what is in it
)

// None reports whether nothing speaks for life, and nothing is unread.
func (e *Evidence) None() bool { return e != nil && len(e.For)+len(e.Unread) == 0 }

func (e *Evidence) live(kind FactKind, text string) { e.For = append(e.For, Fact{kind, text}) }

func (e *Evidence) dead(kind FactKind, text string) { e.Against = append(e.Against, Fact{kind, text}) }

func (e *Evidence) miss(kind FactKind, text string) { e.Unread = append(e.Unread, Fact{kind, text}) }

// maxFacts is how many facts are told of what holds a namespace: a user may have made thousands of mounts.
const maxFacts = 20

// weighPins adds what holds a namespace beside the mounts of its names here. Mounts on the file of
// such a name in other mount namespaces are that name, too, and end with it. One fact stands for all
// that a process has.
func (e *Evidence) weighPins(pins []Pin) {
	names := map[string]bool{}
	for _, p := range pins {
		if m := p.Mount; p.Kind == MountPin && m.Host && m.Name != "" {
			names[m.File] = true
		}
	}
	var found []Fact
	at, more := map[int]int{}, map[int]int{} // by process
	for _, p := range pins {
		switch m := p.Mount; {
		case p.Kind != MountPin:
			if _, known := at[p.PID]; known {
				more[p.PID]++
				continue
			}
			at[p.PID] = len(found)
			found = append(found, Fact{PinFact, p.Verb() + " " + p.String()})
		case m.Host && m.Name != "", m.File != "" && names[m.File]:
		case m.Usable:
			found = append(found, Fact{MountFact, "it has the name " + p.nameElsewhere()})
		case m.Foreign() != "":
			found = append(found, Fact{MountFact, "it is mounted at " + m.Path + ", owned by " + m.Foreign()})
		case m.Host:
			found = append(found, Fact{MountFact, "it is mounted at " + m.Path + ", too"})
		}
	}
	for pid, n := range more {
		found[at[pid]].Text += " and " + strconv.Itoa(n) + " more"
	}
	if rest := len(found) - maxFacts; rest > 0 {
		found = append(found[:maxFacts], Fact{PinFact, count(rest, "more thing holds it", "more things hold it")})
	}
	e.For = append(e.For, found...)
}

// listenText says how many sockets listen, and which.
func listenText(sockets []inside.Socket) string {
	var texts []string
	for _, s := range sockets {
		texts = append(texts, s.Protocol+" "+s.Local.String())
	}
	slices.Sort(texts)
	return count(len(texts), "socket listens in it: ", "sockets listen in it: ") + list(texts, ", ", " and ")
}

// ListensNow says which sockets listen by now in a namespace that the snapshot holds, or that this
// could not be read; empty if none does.
func (ns *Namespace) ListensNow() string {
	c := inside.Read([]netns.NsHandle{ns.Descriptor()}, inside.Wanted{Sockets: true})[0]
	switch {
	case !ns.held:
		return "the snapshot does not hold it open"
	case c.Err != nil:
		return "what is in it could not be read: " + c.Err.Error()
	case len(c.Sockets) > 0:
		return listenText(c.Sockets)
	}
	return ""
}

// String is the evidence in one line: the signs of life or, where there is none, what speaks against.
func (e *Evidence) String() string {
	if e == nil {
		return ""
	}
	facts := slices.Concat(e.For, e.Unread)
	if len(facts) == 0 {
		facts = e.Against
	}
	var texts []string
	for _, f := range facts {
		texts = append(texts, f.Text)
	}
	return strings.Join(texts, ", ")
}
