package main

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
)

func (u *ui) inspect(call compat.Call, c *cli.Context) error {
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: true, Files: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	var result error
	var targets []*discover.Namespace
	for _, word := range c.Args().Slice() {
		ns, err := u.namespace(snap, word, "inspect")
		if err != nil {
			u.note("%v", err)
			result = status(statusFailed)
			continue
		}
		targets = append(targets, ns)
	}
	reports := inspect.Look(snap, targets)
	for _, r := range reports {
		if r.Closed || r.Contents.Err != nil {
			result = status(statusFailed)
		}
	}
	if c.Bool("json") || call.JSON {
		u.print(inspectJSON(snap, reports, call.Pretty))
		return cmp.Or(result, partial(isPartial(snap.Blind)))
	}
	for i, r := range reports {
		if i > 0 {
			u.print("\n")
		}
		u.print(view(snap, r))
		if text := u.adviceOn(snap, r.Namespace).sentence("inspect"); text != "" {
			u.print("  " + escape(text) + "\n")
		}
	}
	for _, r := range reports {
		switch {
		case r.Closed:
			u.note("%s could not be opened; its contents are unknown", labelOf(r.Namespace))
		case r.Contents.Err != nil:
			u.note("%s: %v", labelOf(r.Namespace), r.Contents.Err)
		}
	}
	if u.gaps(snap.Blind, c.Bool("verbose")) && result == nil {
		result = status(statusFailed)
	}
	return result
}

// view is a report for people: a line of title, then sections.
func view(snap *discover.Snapshot, r *inspect.Report) string {
	v := &viewer{}
	ns := r.Namespace
	v.b.WriteString(labelOf(ns) + "\n")
	v.section("id", identityLine(r))
	v.section("state", escape(string(ns.Verdict)+": "+ns.Reason))
	v.section("age", age(snap.Taken, ns.Born))
	v.section("owner", escape(owner(ns.Owner)))
	v.section("user", userLine(r))
	v.section("pins", pinLines(r)...)
	v.section("devices", deviceLines(r)...)
	v.section("routes", routeLines(r)...)
	v.section("listening", socketLines(r)...)
	v.section("overlays", overlayLines(r)...)
	v.section("sysctls", sysctlLines(r)...)
	return v.b.String()
}

type viewer struct{ b strings.Builder }

// section writes a heading and its lines, none where there is nothing to say.
func (v *viewer) section(heading string, lines ...string) {
	for i, line := range lines {
		if line == "" || line == "-" {
			continue
		}
		if i > 0 {
			heading = ""
		}
		v.b.WriteString("  " + heading + strings.Repeat(" ", 11-len(heading)) + line + "\n")
	}
}

func identityLine(r *inspect.Report) string {
	line := r.Namespace.String()
	if r.Namespace.Cookie != 0 {
		line += ", cookie " + strconv.FormatUint(r.Namespace.Cookie, 10)
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

// pinLines tells what keeps the namespace, with the command lines of the processes
// inside.
func pinLines(r *inspect.Report) (lines []string) {
	for _, h := range holdings(r.Namespace.Pins) {
		lines = append(lines, escape(h.line(commandLine(r.CommandLines[h.pid]))))
	}
	return lines
}

// commandLine is the beginning of a command line.
func commandLine(words []string) string {
	const enough = 60
	line := []rune(quoteAll(words, " "))
	switch {
	case len(line) == 0:
		return ""
	case len(line) > enough:
		return ": " + string(line[:enough-1]) + "…"
	}
	return ": " + string(line)
}

func deviceLines(r *inspect.Report) []string {
	name := deviceNames(r)
	addresses := map[int][]string{}
	for _, a := range r.Contents.Addresses {
		addresses[a.Device] = append(addresses[a.Device], addressWord(a))
	}
	if len(r.Contents.Devices) == 0 {
		var lines []string
		for index, words := range addresses {
			lines = append(lines, name[index]+"  "+strings.Join(words, ", "))
		}
		slices.Sort(lines)
		return lines
	}
	text := table([]column[inside.Device]{
		{Value: func(d inside.Device) string { return name[d.Index] }},
		{Value: deviceKind},
		{Value: deviceState},
		{Value: func(d inside.Device) string { return dash(macWord(d)) }},
		{Value: func(d inside.Device) string { return strings.Join(addresses[d.Index], ", ") }},
		{Value: func(d inside.Device) string { return relations(r, d, name) }},
	}, r.Contents.Devices, false)
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return lines
}

// deviceNames are by index; from the addresses where the devices could not be
// listed.
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

// deviceState is the device's own word, unless it was not even asked to be up.
func deviceState(d inside.Device) string {
	if !d.Up {
		return "off"
	}
	if d.State == "unknown" { // a driver without a notion of it
		return "up"
	}
	return d.State
}

func macWord(d inside.Device) string {
	if d.Loopback || len(d.MAC) == 0 {
		return ""
	}
	return d.MAC.String()
}

func addressWord(a inside.Address) string {
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

// relations says what a device is a port of and where it leads.
func relations(r *inspect.Report, d inside.Device, name map[int]string) string {
	var words []string
	if d.Master != 0 {
		words = append(words, "port of "+name[d.Master])
	}
	if end, ok := r.Ends[d.Index]; ok {
		words = append(words, endWord(d, end))
	}
	if d.VXLAN != nil && d.VXLAN.Group.IsValid() {
		words = append(words, "to "+d.VXLAN.Group.String())
	}
	for _, alt := range d.AltNames {
		words = append(words, "also "+quote(alt))
	}
	return strings.Join(words, ", ")
}

func endWord(d inside.Device, end inspect.End) string {
	word := "on "
	if d.Paired() {
		word = "peer "
	}
	switch {
	case end.Device != "":
		word += quote(end.Device)
	case end.Index != 0:
		word += "device " + strconv.Itoa(end.Index)
	default:
		word = "through"
	}
	switch {
	case end.Same:
		return word
	case end.Namespace == nil:
		return word + " in a namespace not seen"
	}
	return word + " in " + labelOf(end.Namespace)
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

func socketLines(r *inspect.Report) (lines []string) {
	for _, s := range r.Contents.Sockets {
		line := s.Protocol + " " + s.Local.String()
		if s.Name != "" {
			line += " on " + s.Name
		}
		holders := r.Holders[s.Inode]
		if len(holders) == 0 {
			line += ", uid " + strconv.FormatUint(uint64(s.UID), 10)
		}
		var who []string
		for _, p := range holders {
			if !slices.Contains(who, p.Who()) {
				who = append(who, p.Who())
			}
		}
		if len(who) > 3 {
			who = append(who[:3], strconv.Itoa(len(who)-3)+" more")
		}
		lines = append(lines, escape(strings.Join(append([]string{line}, who...), ", ")))
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
