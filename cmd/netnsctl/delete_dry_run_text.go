package main

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// text says it for people.
func (o outcome) text(snap *discover.Snapshot, everything bool) string {
	name := quote(o.name.Name)
	var lines []string
	if o.refused != "" {
		return "cannot delete " + name + ": " + escape(o.refused) + "\n"
	}
	switch {
	case o.ns != nil:
		lines = append(lines, "would delete "+name+": "+o.ns.String()+", "+string(o.ns.Verdict))
	case o.name.Verdict == discover.Unknown:
		lines = append(lines, "would delete "+name+": it cannot be inspected: "+o.name.Detail)
	case o.name.Cause == discover.DeadFile:
		lines = append(lines, "would delete "+name+": a stale name (dead-file), no namespace")
	default:
		lines = append(lines, "would delete "+name+": a stale name ("+string(o.name.Cause)+"), no namespace: "+staleText(o.name))
	}
	if o.covered {
		lines = append(lines, "  only the mount on top would go: "+o.below.String()+" is mounted below, and "+name+" would lead to it")
	}
	for _, m := range o.ended {
		lines = append(lines, "  "+m.String()+": that mount would end, too")
	}
	if o.ns != nil {
		lines = append(lines, o.inside(snap, everything)...)
		lines = append(lines, o.afterwards(snap, everything)...)
	}
	return escapeLines(lines)
}

// escapeLines ends each line. Newlines in them are escaped as all that does not show.
func escapeLines(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(escape(line) + "\n")
	}
	return b.String()
}

// inside says which processes and devices the namespace has.
func (o outcome) inside(snap *discover.Snapshot, everything bool) (lines []string) {
	var processes []string
	for _, p := range o.processes() {
		processes = append(processes, p.Who())
	}
	line := "  no process inside was found"
	if len(o.processes()) == 0 && !isPartial(snap.Blind) {
		line = "  no process inside"
	}
	if n := len(processes); n > 0 {
		line = "  " + plural(n, "process", "processes") + " inside: " + fewWords(processes, everything)
	}
	lines = append(lines, line)
	var devices []string
	for _, d := range o.devices() {
		devices = append(devices, strings.Join(append([]string{d.name}, d.addresses...), " "))
	}
	switch {
	case o.contents.Err != nil:
		lines = append(lines, "  its devices could not be listed: "+o.contents.Err.Error())
	case len(devices) > 0:
		lines = append(lines, "  "+plural(len(devices), "device", "devices")+": "+fewWords(devices, everything))
	}
	return lines
}

// afterwards says what would keep the namespace alive.
func (o outcome) afterwards(snap *discover.Snapshot, everything bool) (lines []string) {
	id := o.ns.String()
	if o.ns.Verdict == discover.Own {
		return []string{"  " + id + " is " + ownText(o.ns) + " and stays"}
	}
	var keeping []string
	for _, name := range o.names {
		keeping = append(keeping, "name "+quote(name))
	}
	keeping = append(keeping, keepers(unnamed(o.pins, o.names), snap.OwnMounts)...)
	if len(keeping) == 0 && isPartial(snap.Blind) {
		return []string{"  nothing that could be inspected would keep " + id + " alive"}
	}
	if len(keeping) == 0 {
		lines = []string{"  nothing would keep " + id + " alive: what is inside would be lost"}
		for _, link := range o.links {
			lines = append(lines, "  "+quote(link)+", a symbolic link to it, would lead nowhere")
		}
		return lines
	}
	lines = append(lines, "  "+id+" would still be in use by:")
	for _, line := range firstFew(keeping, everything) {
		lines = append(lines, "    "+line)
	}
	return lines
}

// fewWords are the first words and how many more there are, or all words.
func fewWords(words []string, all bool) string {
	if lines := firstFew(words, all); len(lines) < len(words) {
		return strings.Join(lines[:fewKeepers], ", ") + " " + lines[fewKeepers]
	}
	return strings.Join(words, ", ")
}

func (o outcome) processes() (pins []discover.Pin) {
	if o.ns == nil {
		return nil
	}
	for _, p := range o.ns.Pins {
		if p.Kind == discover.Process {
			pins = append(pins, p)
		}
	}
	return pins
}

// deviceAddresses is a device with its addresses.
type deviceAddresses struct {
	name      string
	addresses []string
}

func (o outcome) devices() (all []deviceAddresses) {
	for _, d := range o.contents.Devices {
		one := deviceAddresses{name: d.Name}
		for _, a := range o.contents.Addresses {
			if a.Device == d.Index {
				one.addresses = append(one.addresses, a.Prefix.String())
			}
		}
		all = append(all, one)
	}
	return all
}
