package clean

import (
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/glob"
)

// PatternError is the error of [Make] for a glob in [Request.Match] or [Request.Exclude] that is
// empty or that path.Match cannot read.
type PatternError struct{ Pattern string }

func (e *PatternError) Error() string { return "invalid pattern " + strconv.Quote(e.Pattern) }

// patterns returns an error if a glob is invalid.
func (r Request) patterns() error {
	for _, pattern := range slices.Concat(r.Match, r.Exclude) {
		if !glob.Valid(pattern) {
			return &PatternError{pattern}
		}
	}
	return nil
}

// narrow takes out of the plan what Match does not match, what Exclude does, and what was no step of
// the plan that was shown.
func (p *planner) narrow() {
	var shown shown
	if p.req.Shown != nil {
		shown = newShown(p.req.Shown)
	}
	out := func(n *discover.Name, ns *discover.Namespace) bool {
		return p.req.Shown != nil && !shown.has(n, ns) || p.excludes(n, ns) || len(p.req.Match) > 0 && !p.matches(p.req.Match, n, ns)
	}
	p.plan.Steps = slices.DeleteFunc(p.plan.Steps, func(s Step) bool { return out(s.Name, s.Namespace) })
	p.plan.Skipped = slices.DeleteFunc(p.plan.Skipped, func(s Skipped) bool { return out(s.Name, s.Namespace) })
}

// excludes reports whether Exclude takes out a name with its namespace, or a namespace.
func (p *planner) excludes(n *discover.Name, ns *discover.Namespace) bool {
	return p.matches(p.req.Exclude, n, ns)
}

// matches reports whether a glob matches a name with its namespace, or a namespace. One of them
// may be nil.
func (p *planner) matches(globs []string, n *discover.Name, ns *discover.Namespace) bool {
	var words, files []string
	if n != nil {
		words, files = append(words, n.Name), append(files, n.Path(p.snap.Host))
	}
	if ns != nil {
		words = append(words, ns.String())
		if n == nil {
			words = append(words, ns.Names...)
		}
		for _, pin := range ns.Pins {
			if pin.Mount != nil {
				files = append(files, pin.Mount.Path)
			}
		}
	}
	return slices.ContainsFunc(globs, func(pattern string) bool {
		if strings.HasPrefix(pattern, "/") {
			return slices.ContainsFunc(files, func(file string) bool { return glob.MatchPath(pattern, file) })
		}
		return slices.ContainsFunc(words, func(word string) bool { return glob.Match(pattern, word) })
	})
}
