package discover

import (
	"slices"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// FirstSeen tells when orphans and stale names whose age nothing tells were seen first, as a
// program keeps it from one scan to the next ([Snapshot.FirstSeen]).
type FirstSeen struct {
	// Boot is the kernel's boot id (random(4)).
	Boot       string          `json:"boot"`
	Namespaces []SeenNamespace `json:"namespaces"`
	Names      []SeenName      `json:"names"`
}

// SeenNamespace is an orphan, and how many seconds after the boot it was seen first. Nobody
// can set that clock (CLOCK_BOOTTIME).
type SeenNamespace struct {
	Namespace Recorded `json:"namespace"`
	Uptime    float64  `json:"uptime_seconds"`
}

// SeenName is a stale name, by its file.
type SeenName struct {
	Name   string  `json:"name"`
	Dev    uint64  `json:"dev"`
	Ino    uint64  `json:"ino"`
	Uptime float64 `json:"uptime_seconds"`
}

// Undated is the number of orphans and stale names of which nothing tells the age.
func (s *Snapshot) Undated() (n int) {
	for _, ns := range s.Namespaces {
		if ns.undated() {
			n++
		}
	}
	for _, name := range s.Names {
		if name.undated() {
			n++
		}
	}
	return n
}

func (ns *Namespace) undated() bool { return ns.Verdict == Orphan && ns.Born.IsZero() }
func (n *Name) undated() bool       { return n.Verdict == Stale && n.File.Born.IsZero() }

// FirstSeen tells when what is undated was seen first: in an earlier scan of the same boot, or
// in this one. The error is that of reading the boot id.
func (s *Snapshot) FirstSeen(before FirstSeen) (now FirstSeen, err error) {
	if now.Boot, err = bootID(s.Host); err != nil {
		return now, err
	}
	if before.Boot != now.Boot {
		before = FirstSeen{}
	}
	boot, _ := sys.BootTime()
	uptime := s.Taken.Sub(boot).Seconds()
	for _, ns := range s.Namespaces {
		if !ns.undated() {
			continue
		}
		seen := SeenNamespace{Recorded{ns.Identity, ns.NSID, ns.Names}, uptime}
		if i := slices.IndexFunc(before.Namespaces, func(b SeenNamespace) bool { return ns.is(b.Namespace) }); i >= 0 {
			seen.Uptime = min(uptime, before.Namespaces[i].Uptime)
		}
		now.Namespaces = append(now.Namespaces, seen)
	}
	for _, n := range s.Names {
		if !n.undated() {
			continue
		}
		seen := SeenName{n.Name, n.File.Dev, n.File.Ino, uptime}
		if i := slices.IndexFunc(before.Names, seen.isFile); i >= 0 {
			seen.Uptime = min(uptime, before.Names[i].Uptime)
		}
		now.Names = append(now.Names, seen)
	}
	return now, nil
}

func (n SeenName) isFile(b SeenName) bool {
	return n.Name == b.Name && n.Dev == b.Dev && n.Ino == b.Ino
}

// DateBy dates what is undated by what [Snapshot.FirstSeen] has told of this snapshot.
func (s *Snapshot) DateBy(seen FirstSeen) {
	boot, _ := sys.BootTime()
	born := func(uptime float64) (time.Time, *int64) {
		return s.bornAt(boot.Add(time.Duration(uptime * float64(time.Second))))
	}
	namespaces, names := seen.Namespaces, seen.Names
	for _, ns := range s.Namespaces {
		if ns.undated() && len(namespaces) > 0 {
			ns.Born, ns.AgeSeconds = born(namespaces[0].Uptime)
			namespaces = namespaces[1:]
		}
	}
	for _, n := range s.Names {
		if n.undated() && len(names) > 0 {
			n.File.Born, n.AgeSeconds = born(names[0].Uptime)
			names = names[1:]
		}
	}
}
