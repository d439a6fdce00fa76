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

// Stacks groups the mounts of one namespace. Covered stacks come first. At one path there may
// be several stacks, in directories that cover each other.
func Stacks(mounts []*Mount) (all []*Stack) {
	type place struct {
		mountNamespace, id uint64
		path               string
	}
	at := func(m *Mount, id uint64) place { return place{m.Namespace, id, m.Path} }
	byID, parents := map[place]*Mount{}, map[place]bool{}
	bottoms, byBottom := map[*Mount]*Mount{}, map[*Mount]*Stack{}
	for _, m := range mounts {
		byID[at(m, m.ID)], parents[at(m, m.ParentID)] = m, true
	}
	for _, m := range mounts {
		// The way down is gone once for each mount: thousands may lie on one another. A table
		// that was not read in one instant may have a circle.
		var way []*Mount
		last := m
		for bottoms[last] == nil {
			bottoms[last] = last
			way = append(way, last)
			if below := byID[at(m, last.ParentID)]; below != nil {
				last = below
			}
		}
		bottom := bottoms[last]
		for _, w := range way {
			bottoms[w] = bottom
		}
		s := byBottom[bottom]
		if s == nil {
			s = &Stack{Top: m, Bottom: bottom}
			byBottom[bottom] = s
			all = append(all, s)
		}
		s.Mounts = append(s.Mounts, m)
		if !parents[at(m, m.ID)] {
			s.Top = m
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
