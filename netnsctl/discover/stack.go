package discover

import "slices"

// Stack is the mounts of one namespace at one path of a mount namespace, which lie on one
// another.
type Stack struct {
	// Top is the one to which the path leads if nothing else covers it, Bottom the one that is
	// on a directory.
	Top, Bottom *Mount
	Mounts      []*Mount
}

// Stacks groups the mounts of one namespace. Covered stacks come first.
func Stacks(mounts []*Mount) (all []*Stack) {
	type place struct {
		mountNamespace uint64
		path           string
	}
	byPlace := map[place]*Stack{}
	for _, m := range mounts {
		at := place{m.Namespace, m.Path}
		if byPlace[at] == nil {
			byPlace[at] = &Stack{}
			all = append(all, byPlace[at])
		}
		byPlace[at].Mounts = append(byPlace[at].Mounts, m)
	}
	for _, s := range all {
		ids, parents := map[uint64]bool{}, map[uint64]bool{}
		for _, m := range s.Mounts {
			ids[m.ID], parents[m.ParentID] = true, true
		}
		s.Top, s.Bottom = s.Mounts[0], s.Mounts[0]
		for _, m := range s.Mounts {
			if !parents[m.ID] {
				s.Top = m
			}
			if !ids[m.ParentID] {
				s.Bottom = m
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *Stack) int {
		switch {
		case a.Top.Covered == b.Top.Covered:
			return 0
		case a.Top.Covered:
			return -1
		}
		return 1
	})
	return all
}
