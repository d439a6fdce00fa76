package clean

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/glob"
)

// PatternError is the error of [Make] for a glob in [Request.Match] or [Request.Exclude] that is
// empty, that path.Match cannot read, or that can match nothing. Why says more, if it is not empty.
type PatternError struct{ Pattern, Why string }

func (e *PatternError) Error() string {
	return strings.TrimSuffix("invalid pattern "+strconv.Quote(e.Pattern)+": "+e.Why, ": ")
}

// CheckPattern returns a [PatternError] if a glob is invalid.
func CheckPattern(pattern string) error {
	switch {
	case !glob.Valid(pattern):
		return &PatternError{pattern, ""}
	case path.Clean(pattern) == "/":
		return &PatternError{pattern, "for every path give /*"}
	case strings.Contains(pattern, "/") && !path.IsAbs(pattern):
		return &PatternError{pattern, "a path begins with /"}
	}
	return nil
}

// patterns returns an error if a glob is invalid.
func (r Request) patterns() error {
	for _, pattern := range slices.Concat(r.Match, r.Exclude) {
		if err := CheckPattern(pattern); err != nil {
			return err
		}
	}
	return nil
}

// narrow takes out of the plan what Match does not match, what Exclude does, and what was no step of
// the plan that was shown. It counts [Plan.IdleNames].
func (p *planner) narrow() {
	var shown shown
	if p.req.Shown != nil {
		shown = newShown(p.req.Shown)
	}
	out := func(n *discover.Name, ns *discover.Namespace) bool {
		return p.req.Shown != nil && !shown.has(n, ns) || p.excludes(n, ns) || len(p.req.Match) > 0 && !p.matches(n, ns)
	}
	for _, n := range p.snap.Names {
		if p.everything && !p.req.Idle && n.Seen() == discover.Idle && n.WantedBy == "" && !out(n, p.byIno[n.ID.Ino]) {
			p.plan.IdleNames++
		}
	}
	p.plan.Steps = slices.DeleteFunc(p.plan.Steps, func(s Step) bool { return out(s.Name, s.Namespace) })
	p.plan.Skipped = slices.DeleteFunc(p.plan.Skipped, func(s Skipped) bool { return out(s.Name, s.Namespace) })
}

// excludes reports whether Exclude takes out a name with its namespace, or a namespace. The path of
// any mount may do so, whoever made that: to leave out is the safe direction.
func (p *planner) excludes(n *discover.Name, ns *discover.Namespace) bool {
	return p.compare(p.req.Exclude, n, ns, func(discover.Pin) bool { return true })
}

// matches reports whether Match has a name with its namespace, or a namespace. An ordinary user chooses
// the paths in a mount namespace of his own, which has a copy of each mount: they select only what is
// his. No name goes by the path of another mount.
func (p *planner) matches(n *discover.Name, ns *discover.Namespace) bool {
	return p.compare(p.req.Match, n, ns, func(pin discover.Pin) bool {
		return n == nil && pin.Kind == discover.MountPin && !pin.Mount.Covered && (pin.UID == 0 || pin.UID == ns.UID)
	})
}

// compare reports whether a glob matches a name with its namespace, or a namespace, or the path of one
// of its mounts that count. n or ns may be nil.
func (p *planner) compare(globs []string, n *discover.Name, ns *discover.Namespace, counts func(discover.Pin) bool) bool {
	var words, files []string
	if n != nil {
		words, files = append(words, fileName(n)), append(files, n.Path(p.snap.Host))
	}
	if ns != nil {
		words = append(words, ns.String())
		if n == nil {
			for _, name := range ns.Names {
				words = append(words, path.Base(name))
			}
		}
		for _, pin := range ns.Pins {
			if pin.Mount != nil && counts(pin) {
				files = append(files, pin.Mount.Path)
			}
		}
	}
	return matchAny(globs, words, files)
}

// fileName is the name itself, also where it is not in the run directory. A dead file in a directory of
// a runtime is no name, and has its path only.
func fileName(n *discover.Name) string {
	if _, dead := n.DeadFile(); dead {
		return n.Name
	}
	return path.Base(n.Name)
}

// MatchName reports whether one of some valid globs matches a name or, where the glob begins with a
// slash, its path, as [Request.Match] does.
func MatchName(host netnsctl.Host, globs []string, name string) bool {
	return matchAny(globs, []string{name}, []string{host.NamePath(name)})
}

func matchAny(globs, words, files []string) bool {
	return slices.ContainsFunc(globs, func(pattern string) bool {
		if path.IsAbs(pattern) {
			return slices.ContainsFunc(files, func(file string) bool { return glob.MatchPath(pattern, file) })
		}
		return slices.ContainsFunc(words, func(word string) bool { return glob.Match(pattern, word) })
	})
}
