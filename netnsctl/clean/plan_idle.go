package clean

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// idle decides on an idle name that is no target ([Request.Idle]).
func (p *planner) idle(n *discover.Name) {
	ns := p.byIno[n.ID.Ino]
	if r := p.keepIdle(n, ns); r.keeps() {
		p.skip(n, ns, r, p.ifNamed(n, ns))
		return
	}
	why := strings.TrimSuffix("no process, "+ns.Evidence.String(), ", ")
	p.plan.Steps = append(p.plan.Steps, Step{
		Action: Remove, Name: n, Namespace: ns, Uncovers: p.belowName(n, ns), Mounts: p.mountsOn(n, ns), why: why,
	})
}

// ifNamed decides as if an idle name were a target.
func (p *planner) ifNamed(n *discover.Name, ns *discover.Namespace) func(*planner) bool {
	return func(p *planner) bool { return !p.keepHealthy(n, ns, true).keeps() }
}

// keepIdle says why an idle name stays, if it does: a sign of life, or something that could be one
// and could not be read.
func (p *planner) keepIdle(n *discover.Name, ns *discover.Namespace) reason {
	switch {
	case ns == nil || ns.Seen() != discover.Idle:
		return inUse(ns)
	case n.WantedBy != "":
		return wanted(n.WantedBy)
	case p.foreignDir(n).keeps():
		return p.foreignDir(n)
	case ns.Evidence == nil:
		return Unknown.because("it may be in use: nothing was looked at that would tell")
	case len(ns.Evidence.For) > 0:
		return kindOf(ns.Evidence.For[0]).because(firstFacts(ns.Evidence.For))
	case len(ns.Evidence.Unread) > 0:
		return Unknown.because("it may be in use: ", firstFacts(ns.Evidence.Unread))
	}
	if r := p.keepHealthy(n, ns, false); r.keeps() || n.File.Born.IsZero() {
		return r
	}
	r := p.young(n.File.Born) // the namespace may be one of a pool, older than its name
	if r.keeps() {
		r.text = "its name is " + r.text
	}
	return r
}

// firstFacts are the first few facts as one text.
func firstFacts(facts []discover.Fact) string {
	const few = 2
	var texts []string
	for _, fact := range facts[:min(len(facts), few)] {
		texts = append(texts, fact.Text)
	}
	return strings.Join(texts, "; ")
}

// kindOf is the kind of the reason that a sign of life is.
func kindOf(fact discover.Fact) Kind {
	switch fact.Kind {
	case discover.RuntimeFact, discover.LeaseFact, discover.ConfigFact:
		return Kept
	case discover.FarEndFact, discover.ForwardingFact, discover.TunnelFact:
		return Wired
	case discover.PinFact:
		return Held
	case discover.MountFact:
		return Named
	}
	return InUse
}
