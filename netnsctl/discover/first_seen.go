package discover

import (
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

func (ns *Namespace) undated() bool { return ns.Seen() == Orphan && ns.Born.IsZero() }
func (n *Name) undated() bool       { return n.Seen() == Stale && n.File.Born.IsZero() }

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
	namespaces, names, uptime := before.byNamespace(), before.byName(), s.Taken.Sub(boot).Seconds()
	for _, ns := range s.Namespaces {
		if !ns.undated() {
			continue
		}
		seen := SeenNamespace{ns.recorded(), uptime}
		if b, there := namespaces[seen.Namespace.key()]; there && ns.is(b.Namespace) {
			seen.Uptime = min(uptime, b.Uptime)
		}
		now.Namespaces = append(now.Namespaces, seen)
	}
	for _, n := range s.Names {
		if !n.undated() {
			continue
		}
		seen := SeenName{n.Name, n.File.Dev, n.File.Ino, uptime}
		if b, there := names[seen.file()]; there {
			seen.Uptime = min(uptime, b.Uptime)
		}
		now.Names = append(now.Names, seen)
	}
	return now, nil
}

// DateBy dates what is undated and in a record of this boot. certain leaves out a namespace that
// cannot be told from a later one with the same inode number (before Linux 5.14): a program that
// acts on the age must not take that for old. The error is that of reading the boot id.
func (s *Snapshot) DateBy(seen FirstSeen, certain bool) error {
	id, err := bootID(s.Host)
	if err != nil || id != seen.Boot {
		return err
	}
	boot, _ := sys.BootTime()
	born := func(uptime float64) (time.Time, *int64) {
		return s.bornAt(boot.Add(time.Duration(uptime * float64(time.Second))))
	}
	namespaces, names := seen.byNamespace(), seen.byName()
	for _, ns := range s.Namespaces {
		b, there := namespaces[ns.recorded().key()]
		_, sure := ns.Same(b.Namespace.Identity)
		if there && ns.undated() && ns.is(b.Namespace) && (sure || !certain) {
			ns.Born, ns.AgeSeconds = born(b.Uptime)
		}
	}
	for _, n := range s.Names {
		b, there := names[SeenName{n.Name, n.File.Dev, n.File.Ino, 0}]
		if there && n.undated() {
			n.File.Born, n.AgeSeconds = born(b.Uptime)
		}
	}
	return nil
}

func (s FirstSeen) byNamespace() map[recordKey]SeenNamespace {
	all := map[recordKey]SeenNamespace{}
	for _, b := range s.Namespaces {
		all[b.Namespace.key()] = b
	}
	return all
}

// file is equal for records of one name.
func (n SeenName) file() SeenName { return SeenName{n.Name, n.Dev, n.Ino, 0} }

func (s FirstSeen) byName() map[SeenName]SeenName {
	all := map[SeenName]SeenName{}
	for _, b := range s.Names {
		all[b.file()] = b
	}
	return all
}
