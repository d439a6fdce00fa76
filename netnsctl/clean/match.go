package clean

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// PatternError is the error of [Make] for a glob in [Request.Match] or [Request.Exclude] that is
// empty or that [path.Match] cannot read.
type PatternError struct{ Pattern string }

func (e *PatternError) Error() string { return "invalid pattern " + strconv.Quote(e.Pattern) }

// patterns returns an error if a glob is invalid.
func (r Request) patterns() error {
	for _, glob := range slices.Concat(r.Match, r.Exclude) {
		if _, err := path.Match(glob, ""); err != nil || glob == "" {
			return &PatternError{glob}
		}
	}
	return nil
}

// narrow takes out of the plan what Match does not match, and what Exclude does.
func (p *planner) narrow() {
	out := func(n *discover.Name, ns *discover.Namespace) bool {
		return p.excludes(n, ns) || len(p.req.Match) > 0 && !p.matches(p.req.Match, n, ns)
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
		words, files = append(words, n.Name), append(files, p.snap.Host.NamePath(n.Name))
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
	return slices.ContainsFunc(globs, func(glob string) bool {
		if strings.HasPrefix(glob, "/") {
			return slices.ContainsFunc(files, func(file string) bool { return matchesPath(glob, file) })
		}
		return slices.ContainsFunc(words, func(word string) bool {
			ok, _ := path.Match(glob, word)
			return ok || glob == word // to path.Match the brackets of an ID are a class of characters
		})
	})
}

// matchesPath reports whether a glob matches a path, or a directory above it. /var/run counts as
// /run, which is what mountinfo has.
func matchesPath(glob, file string) bool {
	glob = strings.TrimRight(glob, "/")
	if rest, ok := strings.CutPrefix(glob, "/var/run/"); ok && matchesPath("/run/"+rest, file) {
		return true
	}
	for ; file != "/" && file != "."; file = path.Dir(file) {
		if ok, _ := path.Match(glob, file); ok || glob == file {
			return true
		}
	}
	return false
}
