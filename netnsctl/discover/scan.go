package discover

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// source is one way to find what keeps namespaces alive.
type source struct {
	name string // the label in the metrics
	// collect looks and changes nothing.
	collect func(v *vantage) ([]sighting, []Gap)
}

// sources are all of them. The kernel's own lists come late: they tell of namespaces that no
// earlier source explains. What looks into namespaces comes after them.
var sources = []source{
	{"processes", processes},
	{"descriptors", descriptors},
	{"sockets", func(v *vantage) ([]sighting, []Gap) { return v.socketSeen, v.socketGaps }},
	{"tuntap", tunDevices},
	{"marks", marks},
	{"io_uring", ioURings},
	{"mounts", mounts},
	{"detached-trees", detachedTrees},
	{"names", names},
	{"proc-files", procFiles},
	{"file-systems", fileSystems},
	{"untold", untold},
	{"tracker", tracker},
	{"kernel", kernelList},
	{"hidden-sockets", hiddenSockets},
	{"nsids", kernelPeers},
}

// Scan looks for all names and network namespaces of the host. The caller closes the
// snapshot. What Scan may not look at is a [Gap] of the snapshot and no error: an error means
// that procfs cannot be read at all. A scan without privilege is possible, and has critical
// gaps.
//
// Scan enters namespaces on threads that end afterwards, and never on the first thread of
// the process.
func Scan(host netnsctl.Host, opts Options) (*Snapshot, error) {
	host.Helper = helper.Or(host.Helper) // all scans and the clean-up know what does not answer
	snap, err := scanOnce(host, opts)
	if err == nil && len(snap.unexplained()) > 0 {
		// A namespace that was made during the scan may have a holder that the scan had
		// passed already. A second scan finds that.
		snap, err = snap.again(opts)
	}
	if err == nil && !opts.IdentityOnly && slices.ContainsFunc(snap.Namespaces, (*Namespace).isPeer) && settles() {
		snap, err = snap.again(opts)
	}
	return snap, err
}

// again scans again, and drops what is unexplained and was made since.
func (s *Snapshot) again(opts Options) (*Snapshot, error) {
	unexplained := s.unexplained()
	s.Close()
	now, err := scanOnce(s.Host, opts)
	if err == nil {
		now.forget(unexplained)
	}
	return now, err
}

// isPeer reports whether nothing but the nsid of a namespace is known. Nothing may pin it any
// more: the nsid stands until the kernel, which may be busy with others, takes it apart.
func (ns *Namespace) isPeer() bool { return ns.ID == (netnsctl.ID{}) && ns.NSID >= 0 }

// settles waits until the kernel has taken apart all namespaces that nothing pins, and reports
// whether it has.
func settles() bool {
	const most = 5 * time.Second
	witness, err := netnsctl.NewWitness()
	if err != nil {
		return false
	}
	defer witness.Close()
	settled, err := witness.Settle(most)
	return settled && err == nil
}

func scanOnce(host netnsctl.Host, opts Options) (*Snapshot, error) {
	v, err := newVantage(host)
	if err != nil {
		return nil, err
	}
	defer v.close()
	if opts.Evidence {
		opts.Everything, opts.Sockets = true, true
	}
	v.opts, v.remembered = opts, remember(opts.Before)
	var unread []Gap
	v.runtimes = sync.OnceValue(func() runtimeState {
		s := readRuntimes(host)
		if s.silent { // they may tell that a namespace is kept
			unread = append(unread, Gap{What: GapRecords, Critical: true})
		}
		return s
	})
	if !opts.IdentityOnly {
		var gaps []Gap
		v.wanted, gaps = readWanted(host, v.runtimes, opts.LeftOvers)
		unread = append(unread, gaps...)
	}
	snap := &Snapshot{Taken: v.clock.now, Host: host, runtimes: v.runtimes}
	if snap.Gaps, err = v.look(snap.time); err != nil {
		return nil, err
	}
	snap.first = v.host1
	if !opts.IdentityOnly {
		v.noteElsewhere()
	}
	snap.Own, snap.OwnMounts, snap.AllPIDs, snap.Names = v.own, v.ownMounts, v.allPIDs, v.names
	snap.DeadFiles = v.deadFiles
	snap.time("verdicts", func() { snap.judge(v, opts) })
	if !opts.IdentityOnly {
		snap.Limit = v.limit(snap.Namespaces)
	}
	if opts.Files {
		snap.Obstacle = host.Obstacle()
		for _, in := range v.runDirs[1:] {
			obstacle := in.host(host).Obstacle()
			for _, n := range v.namesIn(in) {
				n.Obstacle = cmp.Or(obstacle, n.Obstacle)
			}
		}
		all := slices.Concat(snap.Names, snap.DeadFiles)
		if slices.ContainsFunc(all, func(n *Name) bool { return n.Verdict == Stale }) {
			v.runtimes().noteNames(all, host)
		}
		if opts.Evidence || slices.ContainsFunc(snap.Names, func(n *Name) bool { return n.Verdict == Stale }) {
			snap.RunDirOwner = v.runDirOwner(v.runDirs[0])
			for _, in := range v.runDirs[1:] {
				owner := v.runDirOwner(in)
				for _, n := range v.namesIn(in) {
					n.Owner = owner
				}
			}
		}
		snap.time("mounts", func() {
			var gaps []Gap
			snap.OnFile, gaps = v.fileMounts(snap)
			snap.Gaps = append(snap.Gaps, v.byUser(gaps)...)
			snap.OnlyUsers = v.onlyUsers(snap)
			v.setStays(snap.Namespaces, snap.OnFile.Asked)
		})
	}
	snap.Gaps = append(append(snap.Gaps, unread...), v.foreignMounts(snap)...)
	snap.setAges(v)
	snap.keepMounts(v, opts)
	snap.doubt(v)
	return snap, nil
}

// judge gives the snapshot its namespaces: judged, described as far as opts ask for it,
// and in order.
func (s *Snapshot) judge(v *vantage, opts Options) {
	e := grounds{host: v.host1, own: v.own, seen: v.seen, names: s.Names, gaps: s.Gaps}
	namespaces := judge(e)
	if !opts.IdentityOnly {
		if gaps, looked := v.linksElsewhere(namespaces); looked {
			s.Gaps = append(s.Gaps, v.byUser(gaps)...)
			namespaces = judge(e)
		}
	}
	d := describer{v: v, opts: opts, possible: s.PossibleHolders()}
	defer d.scratch.Close()
	isOrphan := func(ns *Namespace) bool { return ns.Verdict == Orphan }
	if !opts.IdentityOnly && slices.ContainsFunc(namespaces, isOrphan) {
		e.kept = v.runtimes().kept(namespaces)
		v.keptByUsers(namespaces, e.kept)
		namespaces = judge(e)
	}
	d.describe(namespaces)
	if !opts.IdentityOnly {
		v.wanted.mark(namespaces, slices.Concat(s.Names, s.DeadFiles))
		d.wire(namespaces)
		keepWanted(namespaces)
	}
	if opts.Leases && opts.Everything && !opts.IdentityOnly {
		s.Leases = d.lostLeases(namespaces)
	}
	s.Gaps = append(s.Gaps, counted(Gap{What: GapDevices, Count: d.unlisted})...)
	s.Gaps = append(s.Gaps, v.byUser(d.gaps)...)
	slices.SortFunc(namespaces, func(a, b *Namespace) int {
		return cmp.Or(cmp.Compare(a.ID.Ino, b.ID.Ino), cmp.Compare(a.NSID, b.NSID))
	})
	s.Namespaces = namespaces
}

// keepMounts hands the mount namespaces to the snapshot that a clean-up needs, and closes
// the others.
func (s *Snapshot) keepMounts(v *vantage, opts Options) {
	s.MountNamespaces = mountns.All{}
	for ino, m := range v.mounts {
		if m.Kept || opts.Files && m.Empty() && m.Open() == nil {
			s.MountNamespaces[ino] = m
			delete(v.mounts, ino)
		}
	}
}

// time runs one part of a scan and adds the time that it took.
func (s *Snapshot) time(source string, run func()) {
	begin := time.Now()
	run()
	elapsed := time.Since(begin)
	for i := range s.Steps {
		if s.Steps[i].Source == source {
			s.Steps[i].Elapsed += elapsed
			return
		}
	}
	s.Steps = append(s.Steps, Step{source, elapsed})
}

// unexplained are the namespaces that only a list of the kernel's has.
func (s *Snapshot) unexplained() (found []string) {
	for _, ns := range s.Namespaces {
		if len(ns.Pins) == 1 && ns.Pins[0].Kind == Invisible {
			found = append(found, ns.String())
		}
	}
	return found
}

// forget drops the unexplained namespaces that an earlier scan did not have: they were
// made since.
func (s *Snapshot) forget(earlier []string) {
	for _, name := range s.unexplained() {
		if !slices.Contains(earlier, name) {
			s.Namespaces = slices.DeleteFunc(s.Namespaces, func(ns *Namespace) bool { return ns.String() == name })
		}
	}
}

// read reads what several sources need.
func (v *vantage) read(timed func(source string, run func())) (err error) {
	timed("processes", func() { err = v.readProcesses() })
	if err != nil {
		return netnsctl.NewOpError(netnsctl.OpReadProc, "", v.host.Proc(), err)
	}
	for ino, tids := range v.members {
		slices.Sort(tids) // each worker has seen some
		v.mounts.Get(v.fs, ino).AddMembers(tids...)
	}
	timed("descriptors", v.readTypes)
	timed("sockets", func() { v.socketSeen, v.socketGaps = sockets(v) })
	timed("mounts", v.readMounts)
	timed("names", v.readNames)
	if v.opts.AllDirectories {
		timed("names", v.readDeadFiles)
	}
	return nil
}

// look reads the host and asks all sources. It gives the gaps of both.
func (v *vantage) look(timed func(source string, run func())) (gaps []Gap, err error) {
	if err := v.read(timed); err != nil {
		return nil, err
	}
	gaps = v.gaps
	for _, s := range sources {
		timed(s.name, func() {
			seen, missed := s.collect(v)
			v.add(seen)
			gaps = append(gaps, missed...)
		})
	}
	return v.byUser(append(gaps, v.silentGaps(gaps)...)), nil
}
