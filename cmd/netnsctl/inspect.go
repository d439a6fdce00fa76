package main

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
)

// inspect prints what namespaces are, what holds them, and what is in them.
func (u *ui) inspect(call compat.Call, c *cli.Context) error {
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: true, Files: true, Evidence: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	_ = dating{recorded: true}.date(snap) // an age that is not known is shown as that
	failed := false
	var targets []*discover.Namespace
	for _, word := range c.Args().Slice() {
		ns, err := namespaceIn(snap, word, "inspect")
		if err != nil {
			u.note("%v", err)
			failed = true
			continue
		}
		targets = append(targets, ns)
	}
	reports := inspect.Look(snap, targets)
	for _, r := range reports {
		failed = failed || !r.Read || r.Error != ""
	}
	result := cmp.Or(statusIf(failed, statusFailed), partial(snap.Gaps))
	if c.Bool("json") || call.JSON {
		u.printJSON(inspect.Document{Reports: reports, Gaps: snap.Gaps}, call.Pretty)
		return result
	}
	for i, r := range reports {
		if i > 0 {
			u.print("\n")
		}
		u.print(reportText(snap, r))
	}
	for _, r := range reports {
		switch {
		case !r.Read:
			u.note("%s could not be opened; its contents are unknown", labelOf(r.Namespace))
		case r.Error != "":
			u.note("%s: %s", labelOf(r.Namespace), r.Error)
		}
	}
	u.gaps(snap.Gaps, c.Bool("verbose"))
	u.warnOfLimit(snap.Limit)
	return result
}

// reportText is the label of a namespace, a section for each subject, and the command
// that releases a leftover namespace.
func reportText(snap *discover.Snapshot, r *inspect.Report) string {
	var b strings.Builder
	ns := r.Namespace
	b.WriteString(labelOf(ns) + "\n")
	for _, section := range []struct {
		heading string
		lines   []string
	}{
		{"id", []string{identityLine(r)}},
		{"state", []string{escape(string(ns.Verdict) + ": " + ns.Reason)}},
		{"evidence", evidenceLines(ns.Evidence)},
		{"age", []string{age(snap.Taken, ns.Born)}},
		{"owner", []string{escape(owner(ns.Owner))}},
		{"user", []string{userLine(r)}},
		{"pins", pinLines(r)},
		{"devices", deviceLines(r)},
		{"routes", routeLines(r)},
		{"listening", socketLines(r)},
		{"overlays", overlayLines(r)},
		{"sysctls", sysctlLines(r)},
	} {
		for i, line := range section.lines {
			if line == "" || line == "-" {
				continue
			}
			if i > 0 {
				section.heading = ""
			}
			b.WriteString("  " + term.Pad(section.heading, 11) + line + "\n")
		}
	}
	if ns.Verdict != discover.Own && ns.Verdict != discover.InUse && len(ns.Names) == 0 {
		if text := adviceIn(snap, ns.ID.String()).explain("inspect").String(); text != "" {
			b.WriteString("  " + escape(text) + "\n")
		}
	}
	return b.String()
}

func identityLine(r *inspect.Report) string {
	line := r.Namespace.String()
	if r.Namespace.Cookie != 0 {
		line += ", cookie " + cookie(r.Namespace)
	}
	if r.NSID != nil {
		line += ", nsid " + strconv.Itoa(int(*r.NSID)) + " here"
	}
	return line
}

// evidenceLines say what speaks for life in an idle namespace, and what against it.
func evidenceLines(e *discover.Evidence) (lines []string) {
	if e == nil {
		return nil
	}
	for _, side := range []struct {
		sign  string
		facts []discover.Fact
	}{{"for life: ", e.For}, {"not read: ", e.Unread}, {"against: ", e.Against}} {
		for _, fact := range side.facts {
			lines = append(lines, side.sign+escape(fact.Text))
		}
	}
	return lines
}

func userLine(r *inspect.Report) string {
	if r.User == nil {
		return ""
	}
	return "user:[" + strconv.FormatUint(r.User.Ino, 10) + "] of uid " + strconv.FormatUint(uint64(r.User.UID), 10)
}

// pinLines are the keepers of the namespace, with the command lines of the processes
// inside.
func pinLines(r *inspect.Report) (lines []string) {
	for _, k := range keepersOf(r.Namespace.Pins) {
		lines = append(lines, escape(k.line(commandLine(r.CommandLines[k.pid]))))
	}
	return lines
}

// commandLine is the beginning of a command line, after a colon.
func commandLine(words []string) string {
	const most = 60
	line := []rune(quoteAll(words, " "))
	switch {
	case len(line) == 0:
		return ""
	case len(line) > most:
		return ": " + string(line[:most-1]) + "…"
	}
	return ": " + string(line)
}

func routeLines(r *inspect.Report) (lines []string) {
	name := deviceNames(r)
	for _, route := range r.Routes {
		line := destination(route.To)
		if route.Type != "unicast" {
			line = route.Type + " " + line
		}
		for _, hop := range route.Hops {
			if hop.Via.IsValid() {
				line += " via " + hop.Via.String()
			}
			if hop.Device != 0 {
				line += " dev " + dash(name[hop.Device])
			}
		}
		if route.Metric != 0 && route.Protocol != "kernel" {
			line += " metric " + strconv.Itoa(route.Metric)
		}
		lines = append(lines, line)
	}
	return lines
}

func destination(to netip.Prefix) string {
	if to.Bits() == 0 {
		return "default"
	}
	return to.String()
}

// socketLines are the listening sockets with the first few processes that have them,
// or with their user where no process is known.
func socketLines(r *inspect.Report) (lines []string) {
	for _, s := range r.Sockets {
		words := []string{s.Protocol + " " + s.Local.String()}
		if s.Name != "" {
			words[0] += " on " + s.Name
		}
		var who []string
		for _, p := range s.Holders {
			who = append(who, p.Who())
		}
		who = unique(who)
		switch {
		case len(who) == 0:
			who = []string{"uid " + strconv.FormatUint(uint64(s.UID), 10)}
		case len(who) > 3:
			who = append(who[:3], strconv.Itoa(len(who)-3)+" more")
		}
		lines = append(lines, escape(strings.Join(append(words, who...), ", ")))
	}
	return lines
}

func overlayLines(r *inspect.Report) (lines []string) {
	for _, o := range r.Overlays {
		for _, path := range o.Files {
			line := quote(path)
			if pids := o.Missing[path]; len(pids) > 0 {
				line += ", not over /etc in " + plural(len(pids), "process", "processes") + ": " + firstPIDs(pids)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// firstPIDs are the first few of some processes.
func firstPIDs(pids []int) string {
	const most = 5
	var words []string
	for _, pid := range pids[:min(len(pids), most)] {
		words = append(words, strconv.Itoa(pid))
	}
	if more := len(pids) - most; more > 0 {
		words = append(words, strconv.Itoa(more)+" more")
	}
	return strings.Join(words, ", ")
}

func sysctlLines(r *inspect.Report) (lines []string) {
	for _, d := range r.Sysctls {
		lines = append(lines, strings.ReplaceAll(d.Key, "/", ".")+" = "+escape(d.Value)+" ("+escape(d.Default)+" in the host's)")
	}
	return lines
}
