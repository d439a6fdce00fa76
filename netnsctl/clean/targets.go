package clean

import (
	"cmp"
	"path"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// targets are the words of a request, by what each may stand for.
type targets struct {
	// everything says that the request has no words: it is for all that is left over.
	everything bool
	words      []string
	used       map[string]bool // by word: whether it stands for something
	inos       map[uint64][]string
	// entries are words by the path of an entry of a directory, which may be a symbolic link, and
	// places are words by the path to which they lead.
	entries map[string][]string
	places  map[place][]string
	// names are the paths of names, without symbolic links, by [discover.Name.Name].
	names map[string]string
}

func newTargets(snap *discover.Snapshot, words []string) targets {
	t := targets{
		everything: len(words) == 0, words: words,
		used: map[string]bool{}, inos: map[uint64][]string{}, entries: map[string][]string{}, places: map[place][]string{}, names: map[string]string{},
	}
	resolve, isName := resolver(snap.Host), map[string]bool{}
	for _, n := range snap.Names {
		file := n.Path(snap.Host)
		at := path.Join(cmp.Or(resolve(path.Dir(file)), path.Dir(file)), path.Base(file))
		t.names[n.Name], isName[at] = at, true
	}
	for _, word := range words {
		t.used[word] = false
		// A name comes before a number.
		if ino, ok := netnsctl.ParseIno(word); ok && t.names[word] == "" {
			t.inos[ino] = append(t.inos[ino], word)
		}
		if !strings.Contains(word, "/") {
			continue
		}
		at := parsePlace(word, snap.OwnMounts)
		if at.mounts == 0 {
			entry := entryAt(at.path, resolve)
			t.entries[entry] = append(t.entries[entry], word)
			if at.path = resolve(at.path); isName[entry] {
				at.path = entry // not where a name leads that is a link
			}
		}
		t.places[at] = append(t.places[at], word)
	}
	return t
}

// entryAt is the path of a directory's entry, of which all but the end is resolved. It is empty if it
// leads nowhere.
func entryAt(file string, resolve func(string) string) string {
	dir, name := path.Split(strings.TrimRight(file, "/"))
	if name == "" || name == "." || name == ".." {
		return resolve(file)
	}
	if dir = resolve(dir); dir != "" {
		dir = path.Join(dir, name)
	}
	return dir
}

// asksWord reports whether a word is a target.
func (t targets) asksWord(word string) bool {
	_, asked := t.used[word]
	return asked && t.use(word)
}

// asksIno reports whether the inode number of a namespace is a target.
func (t targets) asksIno(ino uint64) bool { return t.use(t.inos[ino]...) }

// asksName reports whether the path of a name is a target.
func (t targets) asksName(name string) bool { return t.use(t.entries[t.names[name]]...) }

// asksAt reports whether a place is a target.
func (t targets) asksAt(at place) bool { return t.use(t.places[at]...) }

// asksMount reports whether the place of a mount, or the directory that it is in, is a target: that names
// it. A target farther above only selects it, to be considered as without targets.
func (t targets) asksMount(at place) (named, selected bool) {
	named = t.asksAt(at)
	for dir := at.dir(); dir.path != "/" && dir.path != "."; dir = dir.dir() {
		asked := t.asksAt(dir)
		named, selected = named || asked && dir == at.dir(), selected || asked
	}
	return named, named || selected
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
