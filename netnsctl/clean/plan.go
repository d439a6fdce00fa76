package clean

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// DefaultMinAge is the grace of rule 3: longer than a container takes to start.
const DefaultMinAge = 10 * time.Minute

// Request says what to clean up.
type Request struct {
	// Targets are names, IDs ("net:[4026532177]" or the bare inode number) and
	// absolute paths: of a mount, or of a directory with mounts in it. Without
	// any, everything stale or orphaned is meant.
	Targets []string
	// MinAge is the grace.
	MinAge time.Duration
}

// Plan is what will be done and what not.
type Plan struct {
	Steps  []Step
	Spared []Spared
	// Missing are targets that stand for nothing.
	Missing []string
}

// Action is what a step does.
type Action string

// The actions.
const (
	// Remove takes a name away, and the layers of mounts on it.
	Remove Action = "remove"
	// Release ends mounts of a namespace without a name.
	Release Action = "release"
)

// Step is one entry of a plan.
type Step struct {
	Action Action `json:"action"`
	// Name is for Remove.
	Name *discover.Name `json:"name,omitempty"`
	// Namespace is the orphan, or the idle namespace whose name is removed; nil
	// for a stale name.
	Namespace *discover.Namespace `json:"namespace,omitempty"`
	// Mounts are for Release.
	Mounts []discover.Mount `json:"mounts,omitempty"`
	// tidy has the paths of Mounts that were named: their files may go, too.
	tidy map[string]bool
}

// Spared is something stale, orphaned or asked for that is left alone.
type Spared struct {
	Name      *discover.Name      `json:"name,omitempty"`
	Namespace *discover.Namespace `json:"namespace,omitempty"`
	Why       string              `json:"why"`
}

// BlindError says that rule 4 forbids to clean up.
type BlindError struct{ Spots []discover.Blind }

func (e *BlindError) Error() string {
	var words []string
	for _, b := range e.Spots {
		words = append(words, b.String())
	}
	return "nothing can be called unused, not seen: " + strings.Join(words, "; ")
}

// planner makes one plan.
type planner struct {
	snap *discover.Snapshot
	req  Request
	plan *Plan
	used []bool // the targets that stood for something
}

// Make decides. It looks at nothing but the snapshot, and fails with a
// [BlindError] only.
func Make(snap *discover.Snapshot, req Request) (*Plan, error) {
	var grave []discover.Blind
	for _, b := range snap.Blind {
		if b.Grave {
			grave = append(grave, b)
		}
	}
	if len(grave) > 0 {
		return nil, &BlindError{grave}
	}
	p := &planner{snap, req, &Plan{}, make([]bool, len(req.Targets))}
	for _, n := range snap.Names {
		p.name(n)
	}
	for _, ns := range snap.Namespaces {
		p.namespace(ns)
	}
	for i, target := range req.Targets {
		if !p.used[i] {
			p.plan.Missing = append(p.plan.Missing, target)
		}
	}
	return p.plan, nil
}

// asked tells whether a target fits.
func (p *planner) asked(fits func(target string) bool) bool {
	found := false
	for i, target := range p.req.Targets {
		if fits(target) {
			p.used[i], found = true, true
		}
	}
	return found
}

func (p *planner) everything() bool { return len(p.req.Targets) == 0 }

// name decides on a name.
func (p *planner) name(n *discover.Name) {
	explicit := p.asked(func(t string) bool {
		return t == n.Name || path.IsAbs(t) && path.Clean(t) == p.snap.Host.NamePath(n.Name)
	})
	if n.Verdict != discover.Stale {
		// What could not be looked at may be stale: not to mention it would say
		// that nothing is.
		if explicit || n.Verdict == discover.Unknown && p.everything() {
			p.healthy(n)
		}
		return
	}
	if !explicit && !p.everything() {
		return
	}
	if why := p.spareStale(n, explicit); why != "" {
		p.plan.Spared = append(p.plan.Spared, Spared{Name: n, Why: why})
		return
	}
	p.plan.Steps = append(p.plan.Steps, Step{Action: Remove, Name: n})
}

// spareStale says why a stale name stays, if it does.
func (p *planner) spareStale(n *discover.Name, explicit bool) string {
	switch {
	case n.Mounted && n.Top == (netnsctl.ID{}):
		return "something that is not a namespace is mounted on it"
	case n.File.Kind == "":
		return "the file under the mount cannot be seen"
	case n.File.Kind == discover.Regular && n.File.Size > 0 && !explicit:
		return "it has content: name it to remove it"
	}
	if id, ok := p.underneath(n); ok {
		return id.String() + " is mounted on it, but covered by another mount: unmount that"
	}
	if m, found := p.mountedOn(n); found {
		return m.String()
	}
	return p.young(n.File.Born)
}

// underneath finds a namespace that the name would lead to if its directory, or a
// plain file of it, were not covered: to unlink the file would end that mount.
func (p *planner) underneath(n *discover.Name) (id netnsctl.ID, found bool) {
	if n.Mounted {
		return id, false // the cover is what goes
	}
	for _, ns := range p.snap.Namespaces {
		for _, pin := range ns.Pins {
			if m := pin.Mount; m != nil && m.Host && m.Covered && m.Name == n.Name {
				return ns.ID, true
			}
		}
	}
	return id, false
}

// mountedOn finds what would end with a name's file and is not what the name leads to:
// mounts in other mount namespaces.
func (p *planner) mountedOn(n *discover.Name) (m mountns.FileMount, found bool) {
	return p.snap.OnFile.Other(n.On, n.Top.Ino, func(m mountns.FileMount) bool {
		return m.Namespace != p.snap.OwnMounts && !(leftover(n, m) && p.unused(m.Ino))
	})
}

func (p *planner) unused(ino uint64) bool {
	for _, ns := range p.snap.Namespaces {
		if ns.ID.Ino == ino {
			return ns.Verdict == discover.Idle || ns.Verdict == discover.Orphan
		}
	}
	return false
}

// young says that something is younger than the grace, or may be.
func (p *planner) young(born time.Time) string {
	switch {
	case p.req.MinAge <= 0:
		return ""
	case born.IsZero():
		return fmt.Sprintf("its age is not known, --min-age is %v", p.req.MinAge)
	case p.snap.Taken.Sub(born) < p.req.MinAge:
		return fmt.Sprintf("younger than --min-age %v", p.req.MinAge)
	}
	return ""
}

// healthy decides on a name that was asked for and is not stale.
func (p *planner) healthy(n *discover.Name) {
	ns := p.find(n.ID)
	why := ""
	switch {
	case n.Verdict == discover.Unknown:
		why = "it cannot be looked at: " + n.Detail
	case ns == nil || ns.Verdict != discover.Idle:
		why = inUse(ns)
	case len(ns.Hardware) > 0 && len(ns.Names) == 1:
		why = physical(ns)
	default:
		why = p.young(ns.Born)
		if m, found := p.mountedOn(n); found {
			why = m.String()
		}
	}
	if why != "" {
		p.plan.Spared = append(p.plan.Spared, Spared{Name: n, Namespace: ns, Why: why})
		return
	}
	p.plan.Steps = append(p.plan.Steps, Step{Action: Remove, Name: n, Namespace: ns})
}

func (p *planner) find(id netnsctl.ID) *discover.Namespace {
	i := slices.IndexFunc(p.snap.Namespaces, func(ns *discover.Namespace) bool { return ns.ID == id })
	if i < 0 {
		return nil
	}
	return p.snap.Namespaces[i]
}

func inUse(ns *discover.Namespace) string {
	if ns == nil {
		return "its namespace was not found"
	}
	if ns.Verdict == discover.Own {
		return "it is " + ns.Reason
	}
	for _, p := range ns.Pins {
		if p.Kind == discover.Process || p.Kind == discover.Thread {
			return "in use by " + p.String()
		}
	}
	return "in use"
}

func physical(ns *discover.Namespace) string {
	return "it holds a physical device: " + strings.Join(ns.Hardware, ", ")
}
