package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// metrics prints counts for Prometheus.
func (u *ui) metrics(call compat.Call, c *cli.Context) error {
	begin, used := time.Now(), proc.CPUTime()
	snap, err := discover.Scan(call.Host, discover.Options{LeftOvers: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	elapsed, cpu := time.Since(begin), proc.CPUTime()-used
	if err := (dating{keep: true}).date(snap); err != nil {
		u.note("the state cannot be kept: %v", err)
	}
	return u.deliver(c.String("output"), metricsText(snap, elapsed, cpu))
}

// metricsText has a sample for every state, cause and kind, also where the number is 0,
// so that no series comes and goes. elapsed and cpu are the cost of the scan.
func metricsText(snap *discover.Snapshot, elapsed, cpu time.Duration) string {
	var m metrics
	m.family("namespaces", "Network namespaces by state.")
	for _, v := range []discover.Verdict{discover.Own, discover.InUse, discover.Idle, discover.Wired, discover.Orphan, discover.Unknown} {
		m.sample(float64(countIf(snap.Namespaces, func(ns *discover.Namespace) bool { return ns.Verdict == v })), "state", string(v))
	}
	m.family("namespaces_allowed", "Network namespaces that each user may have (user.max_net_namespaces), 0 without a limit.")
	m.sample(float64(snap.Limit.Max))
	m.family("names", "Entries of the run directory.")
	m.sample(float64(len(snap.Names)))
	m.family("unknown_names", "Names that could not be looked at.")
	m.sample(float64(countIf(snap.Names, func(n *discover.Name) bool { return n.Seen() == discover.Unknown })))
	m.family("stale_names", "Names that lead to no network namespace, by cause.")
	for _, c := range discover.Causes() {
		m.sample(float64(countIf(snap.Names, func(n *discover.Name) bool { return n.LeftOver() && n.Cause == c })), "cause", string(c))
	}

	m.family("kept", "Stale names, and namespaces that would be orphans, that a file in /etc/netnsctl/keep.d wants kept. They count as neither.")
	m.sample(float64(countIf(snap.Names, func(n *discover.Name) bool { return n.Verdict == discover.Stale && !n.LeftOver() })), "what", "names")
	m.sample(float64(countIf(snap.Namespaces, keptOrphan)), "what", "namespaces")

	orphans, pins := map[discover.Kind]int{}, map[discover.Kind]int{}
	var oldest time.Duration
	for _, ns := range snap.Namespaces {
		for _, p := range ns.Pins {
			pins[p.Kind]++
		}
		if ns.Verdict == discover.Orphan {
			orphans[ns.Holder()]++
			if !ns.Born.IsZero() {
				oldest = max(oldest, snap.Taken.Sub(ns.Born))
			}
		}
	}
	m.family("orphans", "Network namespaces without name and process, by the kind of pin that has to go first.")
	m.kinds(orphans)
	m.family("oldest_orphan_age_seconds", "How old the oldest orphan is at least, 0 without any.")
	m.sample(oldest.Seconds())
	m.family("pins", "What keeps network namespaces alive, by kind.")
	m.kinds(pins)

	m.family("not_seen", "What could not be looked at: how many, 1 where it cannot be counted. Grave is what forbids to call anything unused.")
	for _, users := range groupBy(snap.Gaps, func(g discover.Gap) gapKind { return gapKind{g.What, g.Critical} }) {
		count := 0
		for _, g := range users {
			count += max(g.Count, 1)
		}
		m.sample(float64(count), "what", users[0].What, "grave", strconv.FormatBool(users[0].Critical))
	}
	m.family("scan_duration_seconds", "How long the last scan took.")
	m.sample(elapsed.Seconds())
	m.family("scan_step_duration_seconds", "How long the parts of the last scan took, by what they looked at.")
	for _, step := range snap.Steps {
		m.sample(step.Elapsed.Seconds(), "source", step.Source)
	}
	m.family("scan_cpu_seconds", "What the last scan used of processors.")
	m.sample(cpu.Seconds())
	m.family("scan_timestamp_seconds", "When the last scan began, as Unix time.")
	m.sample(float64(snap.Taken.UnixMilli()) / 1000)
	m.family("build_info", "The version of netnsctl.")
	m.sample(1, "version", version())
	return m.String()
}

// gapKind is equal for gaps that several users cause: two samples with the same labels would
// make the whole text invalid.
type gapKind struct {
	what     string
	critical bool
}

// metrics is text in Prometheus' exposition format, version 0.0.4. All metrics are
// gauges.
type metrics struct {
	strings.Builder
	name string
}

// family begins the samples of a metric.
func (m *metrics) family(name, help string) {
	m.name = "netnsctl_" + name
	fmt.Fprintf(m, "# HELP %s %s\n# TYPE %s gauge\n", m.name, help, m.name)
}

// kinds has a sample for each kind of pin.
func (m *metrics) kinds(count map[discover.Kind]int) {
	for _, k := range discover.Kinds() {
		m.sample(float64(count[k]), "kind", string(k))
	}
}

// sample is a number with labels, given as name, value, name, value.
func (m *metrics) sample(number float64, labels ...string) {
	var pairs []string
	for pair := range slices.Chunk(labels, 2) {
		pairs = append(pairs, pair[0]+"="+labelValue(pair[1]))
	}
	set := ""
	if len(pairs) > 0 {
		set = "{" + strings.Join(pairs, ",") + "}"
	}
	fmt.Fprintf(m, "%s%s %s\n", m.name, set, strconv.FormatFloat(number, 'f', -1, 64))
}

// labelValue is a label's value in quotes, in which the format escapes three
// characters. Unprintable bytes are escaped before.
func labelValue(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(escape(value)) + `"`
}

func countIf[T any](all []T, fits func(T) bool) (n int) {
	for _, one := range all {
		if fits(one) {
			n++
		}
	}
	return n
}
