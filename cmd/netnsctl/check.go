package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// Statuses of monitoring plugins, where they are not ours (Monitoring Plugins
// Development Guidelines, "Plugin Return Codes").
const (
	nagiosCritical = 2
	nagiosUnknown  = 3
)

func (u *ui) check(call compat.Call, c *cli.Context) error {
	if c.IsSet("against") {
		return u.checkAgainst(call, c)
	}
	minAge, err := parseDuration(c.String("min-age"))
	if err != nil {
		return usageError{err}
	}
	v := verdict{MaxOrphans: c.Uint("max-orphans"), MaxStale: c.Uint("max-stale"), minAge: minAge}
	nagios := c.Bool("nagios")
	snap, err := discover.Scan(call.Host, discover.Options{})
	if err != nil {
		if !nagios {
			return err
		}
		u.print("NETNS UNKNOWN - " + escape(err.Error()) + "\n")
		return status(nagiosUnknown)
	}
	defer snap.Close()
	v.weigh(snap)
	if c.Bool("json") || call.JSON {
		u.print(encode(v, call.Pretty))
	} else {
		u.print(v.line())
		if c.Bool("verbose") {
			u.gaps(snap.Blind, true)
		}
	}
	switch {
	case v.State == "critical" && nagios:
		return status(nagiosCritical)
	case v.State == "critical":
		return status(statusFound)
	case v.State == "unknown" && nagios:
		return status(nagiosUnknown)
	case v.State == "unknown":
		return status(statusFailed)
	}
	return nil
}

// verdict is what check says.
type verdict struct {
	State      string      `json:"state"` // ok, critical, unknown
	Orphans    uint        `json:"orphans"`
	MaxOrphans uint        `json:"max_orphans"`
	Stale      uint        `json:"stale"`
	MaxStale   uint        `json:"max_stale"`
	Namespaces int         `json:"namespaces"`
	Oldest     int64       `json:"oldest_orphan_seconds"`
	Blind      []jsonBlind `json:"not_seen"`
	minAge     time.Duration
	gaps       string
}

// weigh counts what is old enough: what has just begun may be on its way to
// become something. What tells no age counts.
func (v *verdict) weigh(snap *discover.Snapshot) {
	old := func(born time.Time) bool { return born.IsZero() || snap.Taken.Sub(born) >= v.minAge }
	for _, n := range snap.Names {
		if n.Verdict == discover.Stale && old(n.File.Born) {
			v.Stale++
		}
	}
	v.Namespaces = len(snap.Namespaces)
	for _, ns := range snap.Namespaces {
		if ns.Verdict != discover.Orphan || !old(ns.Born) {
			continue
		}
		v.Orphans++
		if !ns.Born.IsZero() {
			v.Oldest = max(v.Oldest, int64(snap.Taken.Sub(ns.Born)/time.Second))
		}
	}
	v.Blind = blindJSON(snap.Blind)
	v.gaps = criticalGaps(snap.Blind)
	switch {
	case v.Stale > v.MaxStale || v.Orphans > v.MaxOrphans && v.gaps == "": // an orphan is none for sure else
		v.State = "critical"
	case v.gaps != "":
		v.State = "unknown"
	default:
		v.State = "ok"
	}
}

// line is for people, and after the bar for machines: label=value;warn;crit;min
// (Monitoring Plugins Development Guidelines, "Performance data").
func (v *verdict) line() string {
	s := fmt.Sprintf("NETNS %s - %s, %s", strings.ToUpper(v.State),
		limit(v.Orphans, "orphaned", v.MaxOrphans), limit(v.Stale, "stale", v.MaxStale))
	if v.Oldest > 0 {
		s += ", the oldest orphan is " + age(time.Unix(v.Oldest, 0), time.Unix(0, 0))
	}
	if v.gaps != "" {
		s += ", incomplete: " + escape(strings.ReplaceAll(v.gaps, "|", "/"))
	}
	return s + fmt.Sprintf(" | orphans=%d;;%d;0 stale=%d;;%d;0 namespaces=%d;;;0 oldest_orphan=%ds;;;0\n",
		v.Orphans, v.MaxOrphans, v.Stale, v.MaxStale, v.Namespaces, v.Oldest)
}

func limit(n uint, what string, most uint) string {
	if n > most && most > 0 {
		return fmt.Sprintf("%d %s (more than %d)", n, what, most)
	}
	return fmt.Sprintf("%d %s", n, what)
}
