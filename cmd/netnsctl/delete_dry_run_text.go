package main

import (
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// text is the outcome for people.
func (o outcome) text(snap *discover.Snapshot, verbose bool) string {
	name := quote(o.name.Name)
	if o.refused != "" {
		return "cannot delete " + name + ": " + escape(o.refused) + "\n"
	}
	var what string
	switch {
	case o.ns != nil:
		what = o.ns.String() + ", " + string(o.ns.Verdict)
	case o.name.Verdict == discover.Unknown:
		what = "it cannot be inspected: " + o.name.Detail
	case o.name.Cause == discover.DeadFile:
		what = "a stale name (dead-file), no namespace"
	default:
		what = "a stale name (" + string(o.name.Cause) + "), no namespace: " + staleText(o.name)
	}
	lines := []string{"would delete " + name + ": " + what}
	if o.stays != "" {
		lines = []string{
			"cannot delete " + name + ": " + what,
			"  " + explanation{"only the mount on top would go: " + o.stays, toDelete(snap, o.name)}.String(),
		}
	}
	lines = append(lines, o.endedLines(false)...)
	if o.ns != nil {
		lines = slices.Concat(lines, o.insideText(snap, verbose), o.keptText(snap, verbose))
	}
	return escapeLines(lines)
}

// insideText is the processes and devices inside the namespace.
func (o outcome) insideText(snap *discover.Snapshot, verbose bool) (lines []string) {
	var processes []string
	for _, p := range o.processes() {
		processes = append(processes, p.Who())
	}
	switch n := len(processes); {
	case n > 0:
		inside := " inside: "
		if o.signal != "" {
			inside = " inside would be sent " + o.signal + ": "
		}
		lines = append(lines, "  "+plural(n, "process", "processes")+inside+fewWords(processes, verbose))
	case isPartial(snap.Gaps):
		lines = append(lines, "  no process inside was found")
	default:
		lines = append(lines, "  no process inside")
	}
	var devices []string
	for _, d := range o.devices() {
		devices = append(devices, strings.Join(append([]string{d.Name}, d.Addresses...), " "))
	}
	switch {
	case o.contents.Err != nil:
		lines = append(lines, "  its devices could not be listed: "+o.contents.Err.Error())
	case len(devices) > 0:
		lines = append(lines, "  "+plural(len(devices), "device", "devices")+": "+fewWords(devices, verbose))
	}
	return lines
}

// keptText says what would keep the namespace.
func (o outcome) keptText(snap *discover.Snapshot, verbose bool) (lines []string) {
	id := o.ns.String()
	if o.ns.Verdict == discover.Own {
		return []string{"  " + id + " is " + ownText(o.ns) + " and stays"}
	}
	keeping := keptByLines(snap, o.names, withoutNames(o.pins, o.names))
	switch {
	case len(keeping) > 0:
		lines = append(lines, "  "+id+" would still be in use by:")
		for _, line := range firstFew(keeping, verbose) {
			lines = append(lines, "    "+line)
		}
	case isPartial(snap.Gaps):
		lines = append(lines, "  nothing that could be inspected would keep "+id+" alive")
	default:
		lines = append(lines, "  nothing would keep "+id+" alive: what is inside would be lost")
		if ends := o.farEnds(); len(ends) > 0 {
			lines = append(lines, "  "+farEndsText(ends, "it"))
		}
		for _, link := range o.links {
			lines = append(lines, "  "+quote(link)+", a symbolic link to it, would lead nowhere")
		}
	}
	return lines
}

// fewWords is the first words and the number of the others, or with all every word.
func fewWords(words []string, all bool) string {
	if lines := firstFew(words, all); len(lines) < len(words) {
		return strings.Join(lines[:fewKeepers], ", ") + " " + lines[fewKeepers]
	}
	return strings.Join(words, ", ")
}

// processes are the processes inside.
func (o outcome) processes() (pins []discover.Pin) {
	if o.ns == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(o.ns.Pins), func(p discover.Pin) bool { return p.Kind != discover.Process })
}

// deviceAddresses is a device with its addresses.
type deviceAddresses struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
}

// devices are the devices inside; the list is not nil.
func (o outcome) devices() []deviceAddresses {
	all := []deviceAddresses{}
	for _, d := range o.contents.Devices {
		one := deviceAddresses{Name: d.Name}
		for _, a := range o.contents.Addresses {
			if a.Device == d.Index {
				one.Addresses = append(one.Addresses, a.Prefix.String())
			}
		}
		all = append(all, one)
	}
	return all
}

// json is the outcome for programs.
func (o outcome) json() jsonDeletedName {
	one := jsonDeletedName{Name: o.name.Name, State: o.name.Verdict, Cause: o.name.Cause, Detail: o.name.Detail, Outcome: "delete"}
	switch {
	case o.refused != "":
		one.Outcome, one.Detail = "refuse", o.refused
	case o.stays != "":
		one.Outcome, one.Detail = "unmount", o.stays
		if o.below != nil {
			one.Below = o.below.ID
		}
	}
	one.ended(o.ended)
	if o.ns == nil {
		return one
	}
	one.ID = o.ns.ID
	one.Processes, one.Devices = []jsonProcess{}, o.devices()
	for _, p := range o.processes() {
		one.Processes = append(one.Processes, jsonProcess{PID: p.PID, Command: p.Command, Signal: o.signal})
	}
	one.keptBy(o.names, o.pins)
	one.AlsoDeleted = o.farEnds()
	return one
}
