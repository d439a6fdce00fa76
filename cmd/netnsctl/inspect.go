package main

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
)

// inspect prints what namespaces are, what holds them, and what is in them.
func (u *ui) inspect(call compat.Call, c *cli.Context) error {
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: true, Files: true})
	if err != nil {
		return err
	}
	defer snap.Close()
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
		failed = failed || r.Closed || r.Contents.Err != nil
	}
	result := cmp.Or(statusIf(failed, statusFailed), partial(snap.Blind))
	if c.Bool("json") || call.JSON {
		u.print(inspectJSON(snap, reports, call.Pretty))
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
		case r.Closed:
			u.note("%s could not be opened; its contents are unknown", labelOf(r.Namespace))
		case r.Contents.Err != nil:
			u.note("%s: %v", labelOf(r.Namespace), r.Contents.Err)
		}
	}
	u.gaps(snap.Blind, c.Bool("verbose"))
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
	if r.NSID != netnsctl.NSIDUnassigned {
		line += ", nsid " + strconv.Itoa(int(r.NSID)) + " here"
	}
	return line
}

func userLine(r *inspect.Report) string {
	if r.User.Ino == 0 {
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

// deviceLines are the devices. Where they could not be listed, the lines are the
// devices that have addresses.
func deviceLines(r *inspect.Report) (lines []string) {
	name := deviceNames(r)
	addresses := map[int][]string{}
	for _, a := range r.Contents.Addresses {
		addresses[a.Device] = append(addresses[a.Device], addressText(a))
	}
	if len(r.Contents.Devices) == 0 {
		for index, words := range addresses {
			lines = append(lines, name[index]+"  "+strings.Join(words, ", "))
		}
		slices.Sort(lines)
		return lines
	}
	text := term.Table([]column[inside.Device]{
		{Value: func(d inside.Device) string { return name[d.Index] }},
		{Value: deviceKind},
		{Value: deviceState},
		{Value: macText},
		{Value: func(d inside.Device) string { return strings.Join(addresses[d.Index], ", ") }},
		{Value: func(d inside.Device) string { return relations(r, d, name) }},
	}, r.Contents.Devices, term.Style{})
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return lines
}

// deviceNames are the names of devices by index. Where the devices could not be
// listed, the names come from the addresses.
func deviceNames(r *inspect.Report) map[int]string {
	name := map[int]string{}
	for _, a := range r.Contents.Addresses {
		name[a.Device] = quoteIfAny(a.Name)
	}
	for _, d := range r.Contents.Devices {
		name[d.Index] = quote(d.Name)
	}
	return name
}

func deviceKind(d inside.Device) string {
	switch {
	case d.Loopback:
		return "loopback"
	case d.Physical():
		return "physical"
	case d.VXLAN != nil:
		return "vxlan " + strconv.FormatUint(uint64(d.VXLAN.ID), 10)
	case d.VLAN != 0:
		return d.Kind + " " + strconv.Itoa(d.VLAN)
	}
	return escape(d.Kind)
}

// deviceState is the operational state (RFC 2863), or "off" for a device that is not
// set up.
func deviceState(d inside.Device) string {
	switch {
	case !d.Up:
		return "off"
	case d.State == "unknown": // the driver does not report a state
		return "up"
	}
	return d.State
}

func macText(d inside.Device) string {
	if d.Loopback {
		return "-"
	}
	return dash(d.MAC.String())
}

func addressText(a inside.Address) string {
	words := []string{a.Prefix.String()}
	if a.Peer.IsValid() {
		words = append(words, "peer", a.Peer.String())
	}
	for _, flag := range a.Flags {
		if flag != "secondary" && flag != "dynamic" {
			words = append(words, flag)
		}
	}
	return strings.Join(words, " ")
}

// relations are the bridge of a device, where it leads, and its alternative names.
func relations(r *inspect.Report, d inside.Device, name map[int]string) string {
	var words []string
	if d.Master != 0 {
		words = append(words, "port of "+name[d.Master])
	}
	if end, ok := r.Ends[d.Index]; ok {
		words = append(words, endText(d, end))
	}
	if d.VXLAN != nil && d.VXLAN.Group.IsValid() {
		words = append(words, "to "+d.VXLAN.Group.String())
	}
	for _, alt := range d.AltNames {
		words = append(words, "also "+quote(alt))
	}
	return strings.Join(words, ", ")
}

// endText is where a device leads.
func endText(d inside.Device, end inspect.End) string {
	text := "on "
	if d.Paired() {
		text = "peer "
	}
	switch {
	case end.Device != "":
		text += quote(end.Device)
	case end.Index != 0:
		text += "device " + strconv.Itoa(end.Index)
	default:
		text = "through"
	}
	switch {
	case end.Same:
		return text
	case end.Namespace == nil:
		return text + " in a namespace not seen"
	}
	return text + " in " + labelOf(end.Namespace)
}

func routeLines(r *inspect.Report) (lines []string) {
	name := deviceNames(r)
	for _, route := range r.Contents.Routes {
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
	for _, s := range r.Contents.Sockets {
		words := []string{s.Protocol + " " + s.Local.String()}
		if s.Name != "" {
			words[0] += " on " + s.Name
		}
		var who []string
		for _, p := range r.Holders[s.Inode] {
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
	for _, name := range r.Namespace.Names {
		for _, path := range r.Overlays[name] {
			lines = append(lines, quote(path))
		}
	}
	return lines
}

func sysctlLines(r *inspect.Report) (lines []string) {
	for _, d := range r.Sysctls {
		lines = append(lines, strings.ReplaceAll(d.Key, "/", ".")+" = "+escape(d.Value)+" ("+escape(d.Default)+" in the host's)")
	}
	return lines
}
