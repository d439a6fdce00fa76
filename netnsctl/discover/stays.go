package discover

import (
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxProbing bounds the time of a scan for [Mount.Stays]: any user may have thousands of
// mounts. A clean-up finds out about the others when it unmounts them.
const maxProbing = time.Second

// setStays fills in [Mount.Stays] for the mounts of namespaces without a process, but for those
// of names here. Those of idle namespaces are needed where a clean-up may have them as targets, or
// advise to release them, as they are on the file of a stale name.
func (v *vantage) setStays(namespaces []*Namespace, asked map[string]bool) {
	deadline := time.Now().Add(maxProbing)
	type stack struct {
		*Stack
		ino uint64 // of the network namespace
	}
	stacks := map[uint64][]stack{} // by mount namespace
	for _, ns := range namespaces {
		inTheWay := func(p Pin) bool { return p.Kind == MountPin && asked[p.Mount.File] }
		if ns.Verdict != Orphan && ns.Verdict != Wired && (ns.Verdict != Idle || !v.opts.Everything && !slices.ContainsFunc(ns.Pins, inTheWay)) {
			continue
		}
		var mounts []*Mount
		for _, p := range ns.Pins {
			if m := p.Mount; p.Kind == MountPin && !(m.Host && m.Usable) {
				mounts = append(mounts, m)
			}
		}
		for _, s := range Stacks(mounts) {
			stacks[s.Top.Namespace] = append(stacks[s.Top.Namespace], stack{s, ns.ID.Ino})
		}
	}
	for ino, all := range stacks {
		in := v.mounts[ino]
		if in == nil {
			continue
		}
		keepers := sync.OnceValue(func() string { return v.keepers(in) })
		found := make([]obstacle, len(all))
		_ = in.Enter(func() error {
			for i, s := range all {
				if time.Now().Before(deadline) {
					found[i] = probe(in, s.Stack, s.ino)
				}
			}
			return nil
		})
		for i, s := range all {
			s.Top.ByFile = found[i] == byFile
			s.Top.Stays = stays(in, s.Top, found[i], keepers)
		}
	}
}

// obstacle is what keeps a mount from being unmounted.
type obstacle int

const (
	noObstacle  obstacle = iota
	locked               // MNT_LOCKED
	lockedBelow          // those below the topmost may be locked
	covered              // no path leads there, nor does a file handle
	tooFar               // its path is longer than a path may be
	byFile               // it is covered, and ends with its file ([Mount.ByFile])
)

// probe tries whether the mounts of a stack can be unmounted, and changes nothing. Nothing leads
// to those below the topmost one: they may be locked if any mount in their directory is. It runs
// on a thread in the mount namespace.
func probe(in *mountns.Namespace, s *Stack, ino uint64) obstacle {
	m, hold := s.Top, in.HoldAt
	switch {
	case m.Far:
		return tooFar
	case m.Carries:
		return noObstacle // [Mount.Carries] says it
	case m.Covered && (!in.OfRoot() || !s.Bottom.Local()):
		// In a mount namespace of their own, users choose what covers what.
		return covered
	case m.Covered:
		hold = in.HoldCovered
	}
	held, err := hold(s.Bottom.Place())
	switch {
	case err != nil && m.Covered && m.IsName() && hasEmptyFile(in, s.Bottom.Path, ino):
		return byFile
	case err != nil && m.Covered:
		return covered
	case err != nil:
		return noObstacle
	}
	defer held.Close()
	switch {
	case held.ID != m.ID:
		return noObstacle
	case sys.IsLocked(held.FD):
		return locked
	case len(s.Mounts) > 1 && !in.OfRoot() && in.MayHaveLocked(held.Dir):
		return lockedBelow
	}
	return noObstacle
}

// hasEmptyFile reports whether a mount that no path leads to is on an empty file, such as
// `ip netns add` makes.
func hasEmptyFile(in *mountns.Namespace, file string, ino uint64) bool {
	dir, err := in.HoldBare(file, ino)
	if err != nil {
		return false
	}
	defer in.CloseCopy(dir)
	var st, on sys.FileStat
	if sys.StatFD(dir, &on) != nil || sys.StatLink(dir, path.Base(file), &st) != nil {
		return false
	}
	return st.Kind() == sys.KindRegular && st.Size == 0 && st.FixedIn(&on) == sys.NotFixed && sys.FixedDir(sys.FDPath(dir)) == sys.NotFixed
}

// CoveredBy begins the reason why a covered mount stays ([Mount.Stays]). The place of the mount
// that covers it follows ([Mount.Cover]).
const CoveredBy = "covered by the mount at "

// stays says for people what keeps a mount from being unmounted. keepers names the processes
// that keep its mount namespace alive.
func stays(in *mountns.Namespace, m *Mount, o obstacle, keepers func() string) string {
	switch {
	case o == locked:
		return "locked: ends with " + keepers()
	case o == lockedBelow:
		return "a mount below the topmost may be locked: ends with " + keepers()
	case o == tooFar:
		return "mounted at a path that is too long: ends with " + keepers()
	case o == covered && in.OfRoot():
		return CoveredBy + m.Cover
	case o == covered:
		return CoveredBy + m.Cover + ": ends with " + keepers()
	}
	return ""
}

// maxKeepers is how many processes are named.
const maxKeepers = 3

// keepers names the processes that keep a mount namespace alive.
func (v *vantage) keepers(m *mountns.Namespace) string {
	tids := v.members[m.Ino]
	if len(tids) == 0 {
		return m.Name() + ", which has no process"
	}
	var words []string
	for _, tid := range tids[:min(len(tids), maxKeepers)] {
		words = append(words, procfs.Who(v.helper, v.fs.Root(), tid))
	}
	if len(tids) > maxKeepers {
		words = append(words, "others")
	}
	text, last := strings.Join(words[:len(words)-1], ", "), words[len(words)-1]
	if text == "" {
		return last
	}
	return text + " and " + last
}
