package discover

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Limit is how many network namespaces each user may have in the caller's user namespace:
// user.max_net_namespaces (namespaces(7), Linux 4.9).
type Limit struct {
	// Max is 0 where the kernel has no limit, or does not tell it.
	Max int
	// Users are those who have network namespaces, the one with most of them first. They are
	// not counted before all of them together have over 80 % of Max.
	Users []Usage
}

// Usage is how many network namespaces of a user a scan has seen. Root has those that belong to
// the caller's user namespace. Any other user has those that belong to the user namespaces he
// has created, and to user namespaces in these.
type Usage struct {
	UID   int64
	Count int
}

// NearlyReached reports whether a user has over 80 % of what the limit allows.
func (l Limit) NearlyReached() bool {
	return l.Max > 0 && len(l.Users) > 0 && exceeds(l.Users[0].Count, l.Max)
}

func exceeds(count, limit int) bool { return count > limit/5*4+limit%5*4/5 }

// limit reads the limit and counts the namespaces of each user.
func (v *vantage) limit(namespaces []*Namespace) (l Limit) {
	text, err := sys.ReadFile(v.fs.Root() + "/sys/user/max_net_namespaces")
	if err != nil {
		return l
	}
	l.Max, _ = strconv.Atoi(string(bytes.TrimSpace(text)))
	if l.Max <= 0 || !exceeds(len(namespaces), l.Max) {
		return l
	}
	counts := map[int64]int{}
	for _, ns := range namespaces {
		if uid, err := v.payer(ns); err == nil {
			counts[uid]++
		}
	}
	for uid, count := range counts {
		l.Users = append(l.Users, Usage{uid, count})
	}
	slices.SortFunc(l.Users, func(a, b Usage) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.UID, b.UID))
	})
	return l
}

// payer is the user whose limit counts a namespace.
func (v *vantage) payer(ns *Namespace) (uid int64, err error) {
	if ns.ID == (netnsctl.ID{}) {
		return 0, syscall.ENOENT
	}
	fd := ns.fd
	if !ns.held {
		if fd, err = v.open(ns); err != nil {
			return 0, err
		}
		defer sys.Close(fd)
	}
	owner, _, err := sys.OwnerOf(fd)
	return int64(owner), err
}
