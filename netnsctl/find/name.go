package find

import (
	"path"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// nameTerm is a namespace by its name, or by a glob pattern of it.
type nameTerm struct{ glob string }

func (t nameTerm) want(*inside.Wanted) {}

func (t nameTerm) match(v *view, found func(Match)) {
	for _, ns := range v.snap.Namespaces {
		for _, name := range ns.Names {
			if ok, _ := path.Match(t.glob, name); ok || t.glob == name {
				found(Match{Kind: Name, Namespace: ns, Text: "name " + name})
			}
		}
	}
}

// wordTerm is any other word that stands for a namespace, see
// [discover.Snapshot.Lookup].
type wordTerm struct{ word string }

func (t wordTerm) want(*inside.Wanted) {}

func (t wordTerm) match(v *view, found func(Match)) {
	if ns := v.snap.Lookup(t.word); ns != nil {
		found(Match{Kind: Namespace, Namespace: ns, Text: ns.String()})
	}
}

// looksLikeAddress reports whether a word consists of four numbers, but is no
// address: 10.0.0.300.
func looksLikeAddress(word string) bool {
	return strings.Count(word, ".") == 3 && strings.Trim(word, "0123456789./") == ""
}
