package clean

import (
	"path"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// targets are the words of a request, by what each may stand for.
type targets struct {
	// everything says that the request has no words: it is for all that is left over.
	everything bool
	words      []string
	used       map[string]bool // by word: whether it stands for something
	paths      map[string][]string
	inos       map[uint64][]string
}

func newTargets(snap *discover.Snapshot, words []string) targets {
	t := targets{
		everything: len(words) == 0, words: words,
		used: map[string]bool{}, paths: map[string][]string{}, inos: map[uint64][]string{},
	}
	names := map[string]bool{}
	for _, n := range snap.Names {
		names[n.Name] = true
	}
	for _, word := range words {
		t.used[word] = false
		if path.IsAbs(word) {
			t.paths[path.Clean(word)] = append(t.paths[path.Clean(word)], word)
		}
		// A name comes before a number.
		if ino, ok := netnsctl.ParseIno(word); ok && !names[word] {
			t.inos[ino] = append(t.inos[ino], word)
		}
	}
	return t
}

// asksWord reports whether a word is a target.
func (t targets) asksWord(word string) bool {
	_, asked := t.used[word]
	return asked && t.use(word)
}

// asksIno reports whether the inode number of a namespace is a target.
func (t targets) asksIno(ino uint64) bool { return t.use(t.inos[ino]...) }

// asksPath reports whether a path is a target.
func (t targets) asksPath(file string) bool { return t.use(t.paths[file]...) }

// asksBelow reports whether a path, or a directory above it, is a target.
func (t targets) asksBelow(file string) bool {
	asked := t.asksPath(file)
	for dir := path.Dir(file); dir != "/" && dir != "."; dir = path.Dir(dir) {
		asked = t.asksPath(dir) || asked
	}
	return asked
}

func (t targets) use(words ...string) bool {
	for _, word := range words {
		t.used[word] = true
	}
	return len(words) > 0
}

// missing are the targets that stand for nothing.
func (t targets) missing() (words []string) {
	for _, word := range t.words {
		if !t.used[word] {
			words = append(words, word)
		}
	}
	return words
}
