package mountinfo

// Set is a set of mount numbers, with those of procfs apart. The kernel keeps the numbers
// small: it gives out the lowest that is free.
type Set struct{ all, procs bitSet }

type bitSet []uint64

const maxMountID = 1 << 26

func (b *bitSet) add(id int) {
	if id < 0 || id > maxMountID {
		return
	}
	for id/64 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[id/64] |= 1 << (id % 64)
}

func (b bitSet) has(id uint64) bool { return id/64 < uint64(len(b)) && b[id/64]&(1<<(id%64)) != 0 }

// Has reports whether a number is in the set.
func (s *Set) Has(id uint64) bool { return s.all.has(id) }

// IsProc reports whether a number is that of a mount of procfs.
func (s *Set) IsProc(id uint64) bool { return s.procs.has(id) }
