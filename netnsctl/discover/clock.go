package discover

import (
	"bytes"
	"slices"
	"strconv"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// clock tells what times in procfs and of files mean. Processes start so long after the boot
// (CLOCK_BOOTTIME), which nobody can set. Files have the time of a clock that anyone with
// CAP_SYS_TIME sets (CLOCK_REALTIME). Nothing tells when it was set, but what was made during
// the boot tells by how much altogether since: the anonymous inode of the kernel
// (anon_inode_init in fs/anon_inodes.c), and the root directory of a procfs that was mounted
// then.
type clock struct {
	// boot is the moment of the boot by the clock as it is set now, and now the present one.
	boot, now time.Time
	booted    bootStamp
	// step is by how much the clock was set since the boot: forward if it is positive. It may be
	// greater than the truth by booting.
	step, booting time.Duration
	// forward is by how much the clock can have been set forward since the run directory was
	// made, and sure says that this is known.
	forward time.Duration
	sure    bool
	// pids is when our pid namespace had begun; zero for the initial one.
	pids time.Time
	// tmpfs says that the run directory is on a tmpfs, where no file is older than the boot,
	// and dir is its birth, zero where that is not known.
	tmpfs bool
	dir   time.Time
}

const (
	// clockSlack is how far the clocks of files (a scheduler tick) and of processes (a
	// hundredth of a second) may be apart.
	clockSlack = 20 * time.Millisecond
	// maxStall is how late files may get their time where the processor that keeps it does not
	// run, as in a virtual machine on a busy host: another one does so after five ticks
	// (MAX_STALLED_JIFFIES in kernel/time/tick-sched.c, Linux 5.18).
	maxStall = 50 * time.Millisecond
	// maxBooting is how much the kernel itself may set the clock during the boot, and how little
	// it matters.
	maxBooting = time.Minute
	// maxMounting is how late a procfs is mounted that is mounted first in a pid namespace.
	maxMounting = 2 * time.Second
)

// bootStamp is a time of the boot by the clock as it was set then. Where it is not exact, it may
// be later.
type bootStamp struct {
	made  time.Time
	exact bool
}

// newClock finds out by how much the clock was set since the boot.
func newClock(boot, now time.Time, booted bootStamp) clock {
	c := clock{boot: boot, now: now, booted: booted}
	if seems := booted.made.Sub(boot); seems < 0 || booted.made.After(now) {
		c.step = -seems
	}
	return c
}

// readClock reads the clocks. anon is the anonymous inode.
func readClock(fs *procfs.FS, anon bootStamp) clock {
	boot, now := sys.BootTime()
	var root sys.FileStat
	if sys.StatFD(fs.FD(), &root) == nil && root.Changed.Before(anon.made) {
		anon = bootStamp{made: root.Changed}
	}
	return newClock(boot, now, anon)
}

// compareWithKernel makes better what is known where all processes can be seen, those of the
// kernel, too: booting is an upper limit for how long after its start it made the stamped file.
// It takes about a millisecond.
func (c *clock) compareWithKernel(fs *procfs.FS) {
	if c.booting == 0 {
		c.bootedWithin(bootingTime(fs))
	}
}

func (c *clock) bootedWithin(booting time.Duration) {
	if booting == 0 {
		return
	}
	c.booting = booting
	seems := c.booted.made.Sub(c.boot)
	if c.step != 0 || c.booted.exact && seems > booting {
		c.step = booting - seems
	}
	c.forward, c.sure = booting-seems, seems <= booting
}

// compareWithFirst finds out what may have happened to the clock since the first process of
// our pid namespace started, which is not the initial one.
func (c *clock) compareWithFirst(fs *procfs.FS) {
	stat, err := fs.ReadFile("1/stat")
	if err != nil {
		return
	}
	ticks, err := procfs.StartTicks(stat)
	if err != nil {
		return
	}
	c.pids = c.started(ticks).Add(sys.ClockTick) // it is rounded down
	// The root directory of a procfs has the time at which it was mounted. Where that seems to
	// be when the pid namespace began, the clock was not set since.
	var root sys.FileStat
	if sys.StatFD(fs.FD(), &root) == nil {
		mounted := root.Changed.Sub(c.pids)
		c.sure = mounted > -clockSlack-sys.ClockTick && mounted < maxMounting
	}
}

// bootingTime is how long after the boot the kernel started kswapd0, which it does after it
// has made the anonymous inode, and before the first program: an upper limit for the time at
// which that was made. It is 0 where the process is not seen.
func bootingTime(fs *procfs.FS) time.Duration {
	const kthreadd, maxPID = 2, 2000 // there are some for each processor before
	for pid := kthreadd; pid < maxPID; pid++ {
		stat, err := fs.ReadFile(strconv.Itoa(pid) + "/stat")
		if err != nil || !bytes.Contains(stat, []byte("(kswapd0)")) {
			continue
		}
		if parent, err := procfs.Parent(stat); err != nil || parent != kthreadd {
			continue
		}
		ticks, err := procfs.StartTicks(stat)
		if err != nil {
			return 0
		}
		return time.Duration(ticks+1) * sys.ClockTick // it is rounded down
	}
	return 0
}

// started is when a process that started so many ticks after the boot did so.
func (c clock) started(ticks int64) time.Time {
	return c.boot.Add(time.Duration(ticks) * sys.ClockTick)
}

// before reports whether a file may have been made before a moment.
func (c clock) before(made, moment time.Time) bool {
	return made.Add(min(c.step, 0)).Before(moment)
}

// after reports whether a moment was certainly after a file was made.
func (c clock) after(moment, made time.Time) bool {
	switch {
	case !c.sure:
		return false
	case c.tmpfs && made.Before(c.boot.Add(-clockSlack)), made.Before(c.dir.Add(-clockSlack)):
		return false // the clock was set back and forward again
	}
	return moment.Sub(made.Add(c.forward)) > clockSlack+maxStall
}

// born is when a file was made, by the clock as it is set now: made, if that was after the
// clock was set, or else so much later. Where both are possible it is the later one, so that
// nothing seems to be older than it is. It is zero where neither is, which nobody can explain.
// memory says that the file does not outlive the machine; another one may be from before the
// boot, whose moment it then is.
func (c clock) born(made time.Time, memory bool) time.Time {
	if made.IsZero() {
		return made
	}
	first, second := made, made.Add(c.step)
	if second.After(first) {
		first, second = second, first
	}
	if late := first.Sub(c.now); c.step > 0 && late > 0 && late < c.booting {
		return c.now
	}
	for _, t := range []time.Time{first, second} {
		if !t.After(c.now) && !t.Before(c.boot.Add(-clockSlack)) {
			return t
		}
	}
	for _, t := range []time.Time{first, second} {
		if late := t.Sub(c.now); late > 0 && late < maxBooting {
			return c.now
		}
	}
	if !memory && made.Before(c.boot) {
		return c.boot
	}
	return time.Time{}
}

// setAges turns the times at which files were made into those by the clock as it is set now,
// and fills in the ages. Where the clock was set during the scan, no age is known.
func (s *Snapshot) setAges(v *vantage) {
	c, unset := v.clock, false
	if v.allPIDs && s.dated() {
		c.compareWithKernel(v.fs)
	}
	c.boot, c.now, unset = c.again()
	fix := func(made time.Time, memory bool) (born time.Time, age *int64) {
		if !unset || !textjson.IsKnown(made) {
			return born, nil
		}
		if born = c.born(made, memory); born.IsZero() {
			return born, nil
		}
		return s.bornAt(born)
	}
	for _, ns := range s.Namespaces {
		ns.Born, ns.AgeSeconds = fix(ns.Born, true)
	}
	for _, n := range s.Names {
		n.File.Born, n.AgeSeconds = fix(n.File.Born, c.tmpfs)
	}
	for _, n := range s.DeadFiles {
		n.File.Born, n.AgeSeconds = fix(n.File.Born, false)
	}
}

// dated reports whether the time is known at which anything was made.
func (s *Snapshot) dated() bool {
	return slices.ContainsFunc(s.Names, func(n *Name) bool { return !n.File.Born.IsZero() }) ||
		slices.ContainsFunc(s.Namespaces, func(ns *Namespace) bool { return !ns.Born.IsZero() })
}

// bornAt is a time of birth, and the age at the time of the scan.
func (s *Snapshot) bornAt(born time.Time) (time.Time, *int64) {
	if born.After(s.Taken) { // during the scan
		born = s.Taken
	}
	seconds := int64(s.Taken.Sub(born) / time.Second)
	return born, &seconds
}

// again reads the clocks again. unset says that the clock was not set since.
func (c clock) again() (boot, now time.Time, unset bool) {
	boot, now = sys.BootTime()
	moved := boot.Sub(c.boot)
	return boot, now, moved > -clockSlack && moved < clockSlack
}
