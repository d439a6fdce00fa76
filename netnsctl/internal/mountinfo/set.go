package mountinfo

// Set is a set of mount numbers. The kernel keeps these small: it gives out the lowest
// that is free.
type Set struct{ bits []uint64 }

const maxMountID = 1 << 26

func (s *Set) add(id int) {
	if id < 0 || id > maxMountID {
		return
	}
	for id/64 >= len(s.bits) {
		s.bits = append(s.bits, 0)
	}
	s.bits[id/64] |= 1 << (id % 64)
}

// Has reports whether a number is in the set.
func (s *Set) Has(id uint64) bool {
	return id/64 < uint64(len(s.bits)) && s.bits[id/64]&(1<<(id%64)) != 0
}
