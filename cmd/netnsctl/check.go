package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// The exit statuses of monitoring plugins that differ from netnsctl's (Monitoring
// Plugins Development Guidelines, "Plugin Return Codes").
const (
	nagiosCritical = 2
	nagiosUnknown  = 3
)

// check reports in one line whether too much is left over.
func (u *ui) check(call compat.Call, c *cli.Context) error {
	if c.IsSet("against") {
		return u.checkAgainst(call, c)
	}
	v := checkResult{MaxOrphans: c.Uint("max-orphans"), MaxStale: c.Uint("max-stale"), minAge: duration(c, "min-age")}
	nagios := c.Bool("nagios")
	snap, err := discover.Scan(call.Host, discover.Options{LeftOvers: true})
	if err != nil {
		if !nagios {
			return err
		}
		u.print("NETNS UNKNOWN - " + escape(err.Error()) + "\n")
		return status(nagiosUnknown)
	}
	defer snap.Close()
	if err := (dating{keep: true}).date(snap); err != nil {
		v.NotKept = err.Error()
	}
	v.count(snap)
	if c.Bool("json") || call.JSON {
		u.printJSON(v, call.Pretty)
	} else {
		u.print(v.line())
		if c.Bool("verbose") {
			u.gaps(snap.Gaps, true)
		}
	}
	statuses := map[string]status{"critical": statusFound, "unknown": statusFailed}
	if nagios {
		statuses = map[string]status{"critical": nagiosCritical, "unknown": nagiosUnknown}
	}
	return statuses[v.State].err()
}

// checkResult is the answer of check.
type checkResult struct {
	State      string `json:"state"` // ok, critical, unknown
	Orphans    uint   `json:"orphans"`
	MaxOrphans uint   `json:"max_orphans"`
	Stale      uint   `json:"stale"`
	MaxStale   uint   `json:"max_stale"`
	Wired      int    `json:"wired"`
	// Unknown counts the names and namespaces that a gap keeps from a verdict.
	Unknown int `json:"unknown"`
	// Kept counts the stale names, and the namespaces that would be orphans, that a keep file wants.
	Kept       int   `json:"kept"`
	Namespaces int   `json:"namespaces"`
	Oldest     int64 `json:"oldest_orphan_seconds"`
	// NotKept says why ages are not known that check itself would have found out.
	NotKept string         `json:"state_not_kept,omitempty"`
	Gaps    []discover.Gap `json:"not_seen"`
	minAge  time.Duration
	gaps    string
}

// count counts names and namespaces that are old enough: younger ones may still be
// being set up. An unknown age counts as old: the alarm would never come otherwise.
func (v *checkResult) count(snap *discover.Snapshot) {
	old := func(born time.Time) bool { return born.IsZero() || snap.Taken.Sub(born) >= v.minAge }
	for _, n := range snap.Names {
		switch {
		case n.Verdict != discover.Stale:
		case !n.LeftOver():
			v.Kept++
		case old(n.File.Born):
			v.Stale++
		}
	}
	v.Namespaces = len(snap.Namespaces)
	v.Unknown = countIf(snap.Namespaces, func(ns *discover.Namespace) bool { return ns.Verdict == discover.Unknown }) +
		countIf(snap.Names, func(n *discover.Name) bool { return n.Verdict == discover.Unknown && n.ID == (netnsctl.ID{}) })
	v.Wired = countIf(snap.Namespaces, func(ns *discover.Namespace) bool { return ns.Verdict == discover.Wired })
	v.Kept += countIf(snap.Namespaces, keptOrphan)
	for _, ns := range snap.Namespaces {
		if ns.Verdict != discover.Orphan || !old(ns.Born) {
			continue
		}
		v.Orphans++
		if !ns.Born.IsZero() {
			v.Oldest = max(v.Oldest, int64(snap.Taken.Sub(ns.Born)/time.Second))
		}
	}
	v.Gaps = snap.Gaps
	v.gaps = criticalGaps(snap.Gaps)
	switch {
	case v.Stale > v.MaxStale && !hidesWanted(snap.Gaps) || v.Orphans > v.MaxOrphans:
		v.State = "critical"
	case v.gaps != "":
		v.State = "unknown"
	default:
		v.State = "ok"
	}
}

// keptOrphan reports whether a namespace would be an orphan if no keep file wanted it.
func keptOrphan(ns *discover.Namespace) bool {
	return ns.WantedBy != "" && ns.Reason == discover.KeptBy+ns.WantedBy
}

// line is a sentence and, after the bar, performance data: label=value;warn;crit;min
// (Monitoring Plugins Development Guidelines, "Performance data").
func (v *checkResult) line() string {
	var s strings.Builder
	fmt.Fprintf(&s, "NETNS %s - %s, %s", strings.ToUpper(v.State),
		limit(v.Orphans, "orphaned", v.MaxOrphans), limit(v.Stale, "stale", v.MaxStale))
	if v.Wired > 0 {
		fmt.Fprintf(&s, ", %d wired", v.Wired)
	}
	if v.Unknown > 0 {
		fmt.Fprintf(&s, ", %d unknown", v.Unknown)
	}
	if v.Kept > 0 {
		fmt.Fprintf(&s, ", %d kept", v.Kept)
	}
	if v.Oldest > 0 {
		s.WriteString(", the oldest orphan is " + age(time.Unix(v.Oldest, 0), time.Unix(0, 0)))
	}
	for _, note := range []struct{ before, text string }{
		{", incomplete: ", v.gaps}, {", unknown ages count as old, as their state cannot be kept: ", v.NotKept},
	} {
		if note.text != "" {
			s.WriteString(note.before + escape(strings.ReplaceAll(note.text, "|", "/")))
		}
	}
	fmt.Fprintf(&s, " | orphans=%d;;%d;0 stale=%d;;%d;0 namespaces=%d;;;0 wired=%d;;;0 oldest_orphan=%ds;;;0 unknown=%d;;;0\n",
		v.Orphans, v.MaxOrphans, v.Stale, v.MaxStale, v.Namespaces, v.Wired, v.Oldest, v.Unknown)
	return s.String()
}

// limit is a number and, where it is exceeded, its limit.
func limit(n uint, what string, most uint) string {
	if n > most && most > 0 {
		return fmt.Sprintf("%d %s (more than %d)", n, what, most)
	}
	return fmt.Sprintf("%d %s", n, what)
}
