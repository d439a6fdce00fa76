package clean

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// reason is why a name or a namespace stays; without text it does not.
type reason struct {
	text   string
	kind   Kind
	owner  string // the program whose directory it is in, of kind [Owned]
	line   string // of a keep file, of kind [Kept]
	holder *Holder
	gap    *discover.Gap
	// cover is where the mount is that has to be unmounted to uncover another one, unmount where
	// the one is itself.
	cover, unmount string
	other          *discover.Namespace
}

// because gives the reason of a kind.
func (k Kind) because(text ...string) reason {
	return reason{text: strings.Join(text, ""), kind: k}
}

// as gives a reason another kind.
func (r reason) as(kind Kind) reason {
	r.kind = kind
	return r
}

// keeps reports whether there is a reason.
func (r reason) keeps() bool { return r.text != "" }

// wanted is a line of a keep file as the reason.
func wanted(line string) reason {
	r := Kept.because("kept by ", line)
	r.line = line
	return r
}

// foreignDir says that the directory of a name is none to clean up unasked. What a runtime has made in
// a directory of its own cannot be told from what `ip netns` has; and where the caller has chosen a run
// directory, he does not mean the usual ones.
func (p *planner) foreignDir(n *discover.Name) reason {
	owner := p.snap.RunDirOwner
	if path.IsAbs(n.Name) {
		owner = n.Owner
		if !slices.Contains(discover.RunDirs(netnsctl.Host{}), p.snap.Host.Dir()) {
			return OtherDir.because("it is not in the run directory")
		}
	}
	if owner == "" {
		return reason{}
	}
	r := Owned.because("the run directory is a directory of ", owner)
	r.owner = owner
	return r
}

// heldBy is a pin as the reason.
func heldBy(before string, p discover.Pin) reason {
	r := Held.because(before, p.String())
	switch {
	case p.PID != 0:
		r.holder = &Holder{p.PID, p.Command, p.UID, p.User}
	case p.Mount != nil && p.Mount.Through != 0 && !p.Mount.Host:
		r.holder = &Holder{p.Mount.Through, p.Command, p.UID, p.User}
	}
	return r
}

// mounted is a mount on a file as the reason.
func mounted(m mountns.FileMount) reason {
	r := Mounted.because(m.String())
	if m.Through != 0 {
		r.holder = &Holder{m.Through, m.Command, m.UID, m.User}
	}
	return r
}

// coveredBy is what covers a mount as the reason.
func (p *planner) coveredBy(before string, m *discover.Mount) reason {
	r := Covered.because(before, discover.CoveredBy, m.Cover)
	r.cover = p.cover(m.Path, m.Cover, m.CoverBears)
	return r
}

// cover is where the mount is that covers the one at file, if it can be unmounted: other mounts
// may lie on it, and nobody should do that with a file system that the machine needs, as that of
// the whole run directory.
func (p *planner) cover(file, cover string, bears bool) string {
	aboveRunDir := path.Dir(file) != cover && slices.ContainsFunc(discover.RunDirs(p.snap.Host), func(dir string) bool {
		return strings.HasPrefix(dir+"/", cover+"/")
	})
	if bears || aboveRunDir || path.Dir(cover) == "/" {
		return ""
	}
	return cover
}

// hidden is a gap as the reason.
func hidden(text string, g discover.Gap) reason {
	r := reason{text: text, kind: Unknown, gap: &g}
	if g.PID != 0 {
		r.holder = &Holder{g.PID, g.Command, g.UID, g.User}
	}
	return r
}

// young says that something is younger than the minimum age, or may be.
func (p *planner) young(born time.Time) reason {
	switch {
	case p.req.MinAge <= 0:
	case born.IsZero():
		return Young.because("its age is not known, it may be younger than ", minAgeText(p.req.MinAge))
	case p.snap.Taken.Sub(born) < p.req.MinAge:
		return Young.because("younger than ", minAgeText(p.req.MinAge))
	}
	return reason{}
}

// minAgeText is a duration without the units that are zero: 10m, not 10m0s.
func minAgeText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func inUse(ns *discover.Namespace) reason {
	if ns == nil {
		return Unknown.because("its namespace was not found")
	}
	if ns.Verdict == discover.Own {
		return InUse.because("it is ", ns.Reason)
	}
	for _, p := range ns.Pins {
		if p.Kind == discover.Process || p.Kind == discover.Thread {
			return heldBy("in use by ", p).as(InUse)
		}
	}
	return InUse.because("in use")
}

// unseen says that a namespace without a process may be pinned by what the scan could not look
// at. A gap that an ordinary user causes does not keep a target that is his own anyway.
func (p *planner) unseen(ns *discover.Namespace, named bool) reason {
	for _, g := range p.hidden {
		if named && g.UID > 0 && g.UID == ns.UID {
			continue
		}
		return hidden("it may be in use", g)
	}
	return reason{}
}

// hardware says that a namespace has a physical device, or may have one.
func hardware(ns *discover.Namespace) reason {
	switch {
	case len(ns.Hardware) > 0:
		return Hardware.because("it holds a physical device: ", strings.Join(ns.Hardware, ", "))
	case ns.Unlisted:
		return Unknown.because("its devices could not be listed, one of them may be a physical device")
	}
	return reason{}
}

// skip leaves something alone. ifNamed, nil for a target, decides for a target, whatever its age.
func (p *planner) skip(n *discover.Name, ns *discover.Namespace, r reason, ifNamed func(*planner) bool) {
	s := Skipped{Name: n, Namespace: ns, Why: r.text, Kind: r.kind, Owner: r.owner, WantedBy: r.line, Holder: r.holder, Gap: r.gap, Cover: r.cover, Unmount: r.unmount}
	if r.other != nil && !p.named().keepOrphan(r.other, true, anyMount).keeps() {
		s.Other = r.other.String()
	}
	if ifNamed != nil {
		s.IfNamed = ifNamed(p.named())
	}
	p.plan.Skipped = append(p.plan.Skipped, s)
}

// named decides as if everything were a target, whatever its age.
func (p *planner) named() *planner {
	named := *p
	named.req.MinAge = 0
	return &named
}

// anyMount says that all mounts are targets.
func anyMount(*discover.Mount) bool { return true }

// only reports whether a mount is in a mount namespace, or in a detached tree, that belongs to
// ordinary users and nobody else.
func (p *planner) only(m mountns.FileMount) bool {
	return p.snap.OnlyUsers[m.Namespace] > 0 || m.Tree != "" && m.UID > 0
}
