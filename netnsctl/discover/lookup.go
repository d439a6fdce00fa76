package discover

import (
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Lookup finds the namespace that a word means: a name before all else, then
// pid:1234, net:[4026532177] or a bare inode number, a path, or host. It is
// nil if there is none.
func (s *Snapshot) Lookup(word string) *Namespace {
	for _, ns := range s.Namespaces {
		if slices.Contains(ns.Names, word) {
			return ns
		}
	}
	path, ino := meaning(s.Host, word)
	if path != "" {
		ino = s.inoAt(path)
	}
	for _, ns := range s.Namespaces {
		if ino != 0 && ns.ID.Ino == ino {
			return ns
		}
	}
	return nil
}

// inoAt is 0 where a path does not lead to a network namespace.
func (s *Snapshot) inoAt(path string) uint64 {
	dev, ino, err := sys.Stat(path)
	if err != nil || dev != s.Own.Dev {
		return 0
	}
	return ino
}
