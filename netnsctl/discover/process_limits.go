package discover

import (
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// What a scan spends on the descriptors of users is counted in descriptors that it looks at: two
// million take a second. A user makes as many by dup(2) in no time, in each of his processes.
const (
	tableCost = 20 // for each table of descriptors
	// keptCost is for a descriptor that may pin a namespace: it takes a kilobyte until the end of
	// the scan, and some are copied, or read.
	keptCost = 64
	// spendEvery is after how many items a worker asks what the others have spent meanwhile.
	spendEvery = 4096
)

// maxDescriptors is how many descriptors of one process are looked at. maxUserItems is for all
// processes of a user, which may keep 32,000 that may pin a namespace, maxUsersItems for those of
// all users. The processes of root have no common limit.
const (
	maxDescriptors = 1 << 18
	maxUserItems   = 2 << 20
	maxUsersItems  = 4 << 20
)

// spending is what all workers have spent on the descriptors of users.
type spending struct {
	mu    sync.Mutex
	all   int
	users map[uint32]int
	over  map[uint32]*Gap
}

func newSpending() *spending { return &spending{users: map[uint32]int{}, over: map[uint32]*Gap{}} }

// left is what may still be spent on a user.
func (s *spending) left(uid uint32) int {
	if uid == 0 {
		return math.MaxInt
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return min(maxUserItems-s.users[uid], maxUsersItems-s.all)
}

func (s *spending) spend(uid uint32, items int) {
	if uid == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[uid] += items
	s.all += items
}

// exceed notes a process that has more descriptors than are looked at: one gap for each user,
// who may have tens of thousands.
func (s *spending) exceed(uid uint32, pid int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over[uid] == nil {
		s.over[uid] = &Gap{What: GapDescriptors, Critical: true, PID: pid}
	}
	s.over[uid].Count++
}

func (s *spending) gaps() (gaps []Gap) {
	for _, uid := range slices.Sorted(maps.Keys(s.over)) {
		gaps = append(gaps, *s.over[uid])
	}
	return gaps
}

// repeats counts the descriptors of one file in one process of an ordinary user. A few are
// enough to say that the process has it.
type repeats struct {
	looked int
	same   map[fileKey]int
}

type fileKey struct{ dev, ino, mount uint64 }

const (
	maxRepeats   = 16
	countRepeats = 64 // files before repeats are counted at all
)

// again reports whether a file was there often enough.
func (r *repeats) again(st *sys.FileStat) bool {
	if r.looked++; r.looked <= countRepeats {
		return false
	}
	if r.same == nil {
		r.same = map[fileKey]int{}
	}
	key := fileKey{st.Dev, st.Ino, st.MountID}
	r.same[key]++
	return r.same[key] > maxRepeats
}
