package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
)

// deviceLines are the devices. Where they could not be listed, the lines are the
// devices that have addresses.
func deviceLines(r *inspect.Report) (lines []string) {
	name := deviceNames(r)
	if len(r.Devices) == 0 {
		for _, group := range groupBy(r.Addresses, func(a inside.Address) int { return a.Device }) {
			lines = append(lines, name[group[0].Device]+"  "+addressTexts(group))
		}
		slices.Sort(lines)
		return lines
	}
	text := term.Table([]column[inspect.Device]{
		{Value: func(d inspect.Device) string { return name[d.Index] }},
		{Value: func(d inspect.Device) string { return deviceKind(d.Device) }},
		{Value: func(d inspect.Device) string { return deviceState(d.Device) }},
		{Value: func(d inspect.Device) string { return macText(d.Device) }},
		{Value: func(d inspect.Device) string { return addressTexts(d.Addresses) }},
		{Value: func(d inspect.Device) string { return relations(d, name) }},
	}, r.Devices, term.Style{})
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return lines
}

// deviceNames are the names of devices by index. Where the devices could not be
// listed, the names come from the addresses.
func deviceNames(r *inspect.Report) map[int]string {
	name := map[int]string{}
	for _, a := range r.Addresses {
		name[a.Device] = quoteIfAny(a.Name)
	}
	for _, d := range r.Devices {
		name[d.Index] = quote(d.Name)
	}
	return name
}

func deviceKind(d inside.Device) string {
	switch {
	case d.Loopback:
		return "loopback"
	case d.Physical:
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

// addressTexts are addresses with the flags that limit their use.
func addressTexts(all []inside.Address) string {
	var texts []string
	for _, a := range all {
		texts = append(texts, addressText(a))
	}
	return strings.Join(texts, ", ")
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
func relations(d inspect.Device, name map[int]string) string {
	var words []string
	if d.Master != 0 {
		words = append(words, "port of "+name[d.Master])
	}
	if d.End != nil {
		words = append(words, endText(d.End))
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
func endText(end *inspect.End) string {
	text := "on "
	if end.Peer {
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
