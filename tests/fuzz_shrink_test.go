package tests

import "slices"

// shrink leaves out of a draw what its difference does not need.
func shrink(d draw, differs func(draw) bool) draw {
	for again := true; again; {
		again = false
		for _, smaller := range smallerDraws(d) {
			if differs(smaller) {
				d, again = smaller, true
				break
			}
		}
	}
	return d
}

// smallerDraws are all draws with one part less.
func smallerDraws(d draw) (smaller []draw) {
	for i, e := range d.world.entries {
		needed := slices.ContainsFunc(d.world.entries, func(other thing) bool { return other.of == e.name })
		if !needed {
			s := d
			s.world.entries = without(d.world.entries, i)
			smaller = append(smaller, s)
		}
		for _, simple := range []thing{
			{name: e.name, kind: e.kind, of: e.of, nsid: e.nsid, proc: e.proc},
			{name: e.name, kind: e.kind, of: e.of, nsid: e.nsid, etc: e.etc},
			{name: e.name, kind: e.kind, of: e.of, nsid: -1, proc: e.proc, etc: e.etc},
		} {
			if simple != e {
				s := d
				s.world.entries = slices.Clone(d.world.entries)
				s.world.entries[i] = simple
				smaller = append(smaller, s)
			}
		}
	}
	if d.world.many > 0 {
		s := d
		s.world.many = 0
		smaller = append(smaller, s)
	}
	for i := range d.argv {
		s := d
		if s.argv = without(d.argv, i); len(s.argv) > 0 {
			smaller = append(smaller, s)
		}
	}
	for i := range d.batch {
		s := d
		s.batch = without(d.batch, i)
		smaller = append(smaller, s)
	}
	return smaller
}

func without[T any](list []T, i int) []T {
	return slices.Concat(list[:i], list[i+1:])
}
