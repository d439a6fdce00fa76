package container

import (
	"bytes"
	"slices"
	"strings"
)

// maxDatabase is more than the size of a database with thousands of containers.
const maxDatabase = 64 << 20

// netnsDir is the end of the path of the run directory.
const netnsDir = "netns/"

// PathWord is the word for [State.Mentioned] by which a database has the path of a name in the run
// directory. It ends before the first character that JSON may write in another way.
func PathWord(name string) string {
	if i := strings.IndexFunc(name, func(c rune) bool { return c < ' ' || c > '~' || strings.ContainsRune(`"\<>&`, c) }); i >= 0 {
		name = name[:i]
	}
	return netnsDir + name
}

// Mentions are what databases have.
type Mentions struct {
	Words map[string]bool
	// Unread are the paths of the databases that are there and could not be read.
	Unread []string
}

// First is the first of some words that a database has; empty if none has any.
func (m Mentions) First(words []string) string {
	for _, word := range words {
		if m.Words[word] {
			return word
		}
	}
	return ""
}

// Mentioned finds which of some words the databases of the runtimes have. A word is the name of a
// namespace, the beginning of the ID from which a runtime has made that, or a [PathWord]. It counts
// wherever something begins with it: bbolt has values that follow each other without anything
// between. A database keeps what was deleted until it needs the place. So one word too many may be found.
func (s State) Mentioned(words []string) (m Mentions) {
	m.Words = map[string]bool{}
	w := wantedOf(words)
	all := files{s.files.root, &m.Unread}
	for _, runtime := range runtimes() {
		for _, mentions := range runtime.Mentions {
			for _, pattern := range s.places(mentions) {
				all.each(pattern, func(f record) {
					text, _ := f.Read(f.file, maxDatabase)
					w.find(text, m.Words)
				})
			}
		}
	}
	return m
}

// wantedWords are what is looked for in databases.
type wantedWords struct {
	words   map[string]bool
	lengths [256][]int // of the words, by their first byte
	paths   []string   // those that are a [PathWord], in alphabetical order
}

func wantedOf(words []string) (w wantedWords) {
	w.words = map[string]bool{}
	for _, word := range words {
		if word == "" || w.words[word] {
			continue
		}
		w.words[word] = true
		if of := &w.lengths[word[0]]; !slices.Contains(*of, len(word)) {
			*of = append(*of, len(word))
		}
		if strings.HasPrefix(word, netnsDir) {
			w.paths = append(w.paths, word)
		}
	}
	slices.Sort(w.paths)
	return w
}

// find adds to found the words that a text has.
func (w *wantedWords) find(text []byte, found map[string]bool) {
	eachWord(text, func(rest []byte) {
		for _, n := range w.lengths[rest[0]] {
			if n <= len(rest) && w.words[string(rest[:n])] {
				found[string(rest[:n])] = true
			}
		}
	})
	eachCut(text, func(part string) {
		i, _ := slices.BinarySearch(w.paths, part)
		for ; i < len(w.paths) && strings.HasPrefix(w.paths[i], part); i++ {
			found[w.paths[i]] = true
		}
	})
}

// eachWord calls f with all that follows where a run of letters, digits, dots, dashes and underscores begins.
func eachWord(text []byte, f func(rest []byte)) {
	inside := false
	for i, c := range text {
		in := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.'
		if in && !inside {
			f(text[i:])
		}
		inside = in
	}
}

// eachCut calls f with what follows "/run/" where the text breaks off within the longest path of a
// name. A page of SQLite may do so: the text goes on in a page elsewhere, and the next byte here
// belongs to the number of a page or to the header of one, and is no character
// (https://www.sqlite.org/fileformat2.html, sections 1.6 and 4.1).
func eachCut(text []byte, f func(part string)) {
	const longest = len(netnsDir) + 255
	for _, rest, more := bytes.Cut(text, []byte("/run/")); more; _, rest, more = bytes.Cut(rest, []byte("/run/")) {
		for n := range longest {
			if n == len(rest) || rest[n] < ' ' {
				f(string(rest[:n]))
				break
			}
			if n < len(netnsDir) && rest[n] != netnsDir[n] {
				break
			}
		}
	}
}
