package main

import (
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// jsonDeletion is the answer of delete with names.
type jsonDeletion struct {
	DryRun bool              `json:"dry_run"`
	Names  []jsonDeletedName `json:"names"`
	Blind  []jsonBlind       `json:"not_seen"`
}

// jsonDeletedName is one name.
type jsonDeletedName struct {
	Name   any    `json:"name"`
	ID     string `json:"id,omitempty"`
	State  string `json:"state,omitempty"`
	Cause  string `json:"cause,omitempty"`
	Detail any    `json:"detail,omitempty"`
	// Outcome is "deleted" or "failed"; in a dry run "delete" or "refuse".
	Outcome   string         `json:"outcome"`
	Processes *[]jsonProcess `json:"processes,omitempty"`
	Devices   *[]jsonDevices `json:"devices,omitempty"`
	Below     string         `json:"below,omitempty"`
	Ended     []jsonMount    `json:"also_unmounted,omitempty"`
	KeptNames *[]any         `json:"other_names,omitempty"`
	KeptBy    *[]jsonPin     `json:"kept_by,omitempty"`
	// Gone says that the kernel has taken the namespace apart, as far as that was
	// waited for.
	Gone *bool `json:"gone,omitempty"`
}

type jsonProcess struct {
	PID     int `json:"pid"`
	Command any `json:"command,omitempty"`
}

type jsonDevices struct {
	Name      any      `json:"name"`
	Addresses []string `json:"addresses"`
}

func dryRunJSON(snap *discover.Snapshot, outcomes []outcome, pretty bool) string {
	j := jsonDeletion{DryRun: true, Names: []jsonDeletedName{}, Blind: blindJSON(snap.Blind)}
	for _, o := range outcomes {
		j.Names = append(j.Names, o.json())
	}
	return encode(j, pretty)
}

func (o outcome) json() jsonDeletedName {
	one := jsonDeletedName{
		Name: jsonText(o.name.Name), State: string(o.name.Verdict), Cause: string(o.name.Cause), Detail: optional(o.name.Detail),
		Outcome: "delete",
	}
	if o.refused != "" {
		one.Outcome, one.Detail = "refuse", jsonText(o.refused)
	}
	for _, m := range o.ended {
		one.Ended = append(one.Ended, jsonMount{Namespace: m.Namespace, Path: jsonText(m.Path), Through: m.Through})
	}
	if o.below != nil {
		one.Below = o.below.String()
	}
	if o.ns == nil {
		return one
	}
	one.ID = o.ns.String()
	one.Processes, one.Devices = &[]jsonProcess{}, &[]jsonDevices{}
	for _, p := range o.processes() {
		*one.Processes = append(*one.Processes, jsonProcess{p.PID, optional(p.Command)})
	}
	for _, d := range o.devices() {
		*one.Devices = append(*one.Devices, jsonDevices{jsonText(d.name), append([]string{}, d.addresses...)})
	}
	one.keptBy(o.names, o.pins)
	return one
}

func (j *jsonDeletedName) keptBy(names []string, pins []discover.Pin) {
	all, list := texts(names), pinsJSON(pins)
	j.KeptNames, j.KeptBy = &all, &list
}

// deletedJSON is for what was deleted, or was not.
func deletedJSON(all []deletion, after *aftermath, pretty bool) string {
	j := jsonDeletion{Names: []jsonDeletedName{}, Blind: []jsonBlind{}}
	if after.snap != nil {
		j.Blind = blindJSON(after.snap.Blind)
	}
	for _, d := range all {
		one := jsonDeletedName{Name: jsonText(d.name), Outcome: "deleted"}
		if d.known {
			one.ID = d.namespace.ID.String()
		}
		if d.failed != nil {
			one.Outcome, one.Detail = "failed", jsonText(bare(d.failed).Error())
		} else if after.snap != nil && d.known {
			ns := after.find(d)
			gone := ns == nil && !after.waits(d)
			one.Gone = &gone
			if ns != nil {
				one.keptBy(ns.Names, ns.Pins)
			} else {
				one.keptBy(nil, nil)
			}
		}
		j.Names = append(j.Names, one)
	}
	return encode(j, pretty)
}
