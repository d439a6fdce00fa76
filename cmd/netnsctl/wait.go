package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// goodbye waits until namespaces are gone, for the flag --wait.
type goodbye struct {
	*ui
	host  netnsctl.Host
	limit time.Duration // 0 for none
	// witness is nil, and unproven says why, where nothing can be proven.
	witness  *netnsctl.Witness
	unproven string
	before   *discover.Snapshot // from before anything was deleted, nil if there is none

	start  time.Time
	took   time.Duration
	looked time.Time         // the last look for holders
	said   map[string]string // what was said last of each namespace
	line   statusLine
}

// goodbye begins before anything is deleted. The caller closes the witness.
func (u *ui) goodbye(host netnsctl.Host, limit time.Duration) *goodbye {
	g := &goodbye{ui: u, host: host, limit: limit, said: map[string]string{}, line: statusLine{file: u.err}}
	var err error
	if g.witness, err = netnsctl.NewWitness(); err != nil {
		g.unproven = unprovenText(host, err)
	}
	return g
}

// unprovenText says why there is no witness.
func unprovenText(host netnsctl.Host, err error) string {
	if op, _ := errors.AsType[*netnsctl.OpError](err); op != nil {
		if text := limitText(host, op); text != "" {
			return text
		}
	}
	return err.Error()
}

// tracks is the witness, also of no goodbye.
func (g *goodbye) tracks() *netnsctl.Witness {
	if g == nil {
		return nil
	}
	return g.witness
}

// wait waits, and returns what is not gone. After a second it says on standard error who holds
// that, or what else is waited for, and again when that changes.
func (g *goodbye) wait(namespaces []netnsctl.Tracked) ([]clean.Left, error) {
	g.start = time.Now()
	left, err := clean.Wait(g.host, g.witness, namespaces, g.limit, g.tell)
	g.took = time.Since(g.start)
	g.line.erase()
	return left, err
}

func (g *goodbye) tell(left []clean.Left) {
	// Each look takes processor time: the longer the wait, the rarer they are.
	const rarest = time.Minute
	if g.looked.IsZero() || time.Since(g.looked) >= min(g.looked.Sub(g.start), rarest) {
		g.look(left)
	}
	counts := map[netnsctl.Stage]int{}
	for _, l := range left {
		counts[l.Stage]++
	}
	unpinned := counts[netnsctl.StageUnpinned]
	g.line.show(fmt.Sprintf("waiting: %d in use, %d being torn down, %ds", len(left)-unpinned, unpinned, int(time.Since(g.start).Seconds())))
}

// look says who holds what is left.
func (g *goodbye) look(left []clean.Left) {
	const (
		most  = 10
		usual = 5 * time.Second // how long a machine under load may take to tear down a namespace
	)
	g.looked = time.Now()
	snap, err := discover.Scan(g.host, discover.Options{Everything: true, Before: g.before})
	if err != nil {
		return // the wait goes on
	}
	defer snap.Close()
	g.line.erase()
	long := time.Since(g.start) >= usual
	for _, l := range left[:min(len(left), most)] {
		id := l.ID.String()
		text, used := g.leftText(snap, l)
		if (used || long) && g.said[id] != text {
			g.said[id] = text
			g.note("waiting: %s", text)
		}
	}
	if more := strconv.Itoa(len(left) - most); len(left) > most && long && g.said[""] != more {
		g.said[""] = more
		g.note("waiting: %s more", more)
	}
}

// leftText is one line on why a namespace is not gone. used says that something uses it.
func (g *goodbye) leftText(snap *discover.Snapshot, l clean.Left) (text string, used bool) {
	id := l.ID.String()
	if l.Stage != netnsctl.StageUnpinned {
		if ns := withIdentity(snap, l.Identity); ns != nil {
			if lines := keptBy(snap, ns); len(lines) > 0 {
				return id + " is still in use by " + strings.Join(firstFew(lines, false), "; "), true
			}
		}
	}
	return stageText(id, l.Stage, g.unproven, snap), l.Stage == netnsctl.StagePinned
}

// stageText is about a namespace of which a look has found no user. It says only what is known.
func stageText(id string, stage netnsctl.Stage, unproven string, snap *discover.Snapshot) string {
	switch stage {
	case netnsctl.StageGone:
		return id + " is gone"
	case netnsctl.StageUnpinned:
		return id + " is still being torn down by the kernel"
	case netnsctl.StagePinned:
		possible := append(firstFew(snap.PossibleHolders(), false), "a TCP connection without a process or the kernel itself")
		return id + " is still in use, by something that was not found, such as " + strings.Join(possible, ", ")
	case netnsctl.StagePending:
		return id + " has no user that was found, and the kernel has not reported its end yet"
	case netnsctl.StageUnknown:
		return id + " has no user that was found; whether it is gone cannot be told: " + unproven
	}
	return id + " has no user that was found"
}

// withIdentity is the namespace of a snapshot that has an identity, or nil.
func withIdentity(snap *discover.Snapshot, id netnsctl.Identity) *discover.Namespace {
	return firstOf(withIno(snap, id.ID.Ino), func(ns *discover.Namespace) bool {
		same, _ := id.Same(ns.Identity)
		return same
	})
}

func waitedText(d time.Duration) string {
	if d < time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return strconv.Itoa(int(d/time.Second)) + " s"
}
