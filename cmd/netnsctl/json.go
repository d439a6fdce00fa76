package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// printJSON prints a value as one line of JSON, or as many lines if pretty. run reports
// the failure of this as it reports one of print.
func (u *ui) printJSON(v any, pretty bool) {
	text, err := encode(v, pretty)
	if u.broken == nil {
		u.broken = err
	}
	u.print(text)
}

// encode is the text of printJSON. JSON goes to terminals, too: characters that do not show
// are escaped (DEL, C1 controls, marks of direction), not only those that JSON forbids.
func encode(v any, pretty bool) (string, error) {
	data, err := textjson.Join(v)
	if err != nil {
		return "", err
	}
	if pretty {
		var b bytes.Buffer
		if err := json.Indent(&b, data, "", "    "); err != nil {
			return "", err
		}
		data = b.Bytes()
	}
	var shown strings.Builder
	for _, r := range string(data) {
		if r == '\n' || strconv.IsPrint(r) {
			shown.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&shown, `\u%04x`, unit)
		}
	}
	return shown.String() + "\n", nil
}

// listed is what a snapshot has of rows.
func listed(snap *discover.Snapshot, rows []row) discover.Snapshot {
	l := discover.Snapshot{Gaps: snap.Gaps}
	done := map[*discover.Namespace]bool{} // one with two names has two rows
	for _, r := range rows {
		switch {
		case r.ns == nil:
			l.Names = append(l.Names, r.name)
		case !done[r.ns]:
			done[r.ns] = true
			l.Namespaces = append(l.Namespaces, r.ns)
		}
	}
	return l
}

// jsonDeletion is the answer of delete with names.
type jsonDeletion struct {
	DryRun bool              `json:"dry_run"`
	Names  []jsonDeletedName `json:"names"`
	Gaps   []discover.Gap    `json:"not_seen"`
}

// jsonDeletedName is one name.
type jsonDeletedName struct {
	Name   string           `json:"name"`
	ID     netnsctl.ID      `json:"id,omitzero"`
	State  discover.Verdict `json:"state,omitempty"`
	Cause  discover.Cause   `json:"cause,omitempty"`
	Detail string           `json:"detail,omitempty"`
	// Outcome is "deleted" or "failed"; in a dry run "delete" or "refuse".
	Outcome   string            `json:"outcome"`
	Processes []jsonProcess     `json:"processes,omitzero"`
	Devices   []deviceAddresses `json:"devices,omitzero"`
	Below     netnsctl.ID       `json:"below,omitzero"`
	Ended     []discover.Mount  `json:"also_unmounted,omitempty"`
	KeptNames []string          `json:"other_names,omitzero"`
	KeptBy    []discover.Pin    `json:"kept_by,omitzero"`
	// Gone says that the kernel has taken the namespace apart, as far as that was
	// waited for.
	Gone *bool `json:"gone,omitempty"`
}

type jsonProcess struct {
	PID     int    `json:"pid"`
	Command string `json:"command,omitempty"`
}

// json is what deleting the name would do.
func (o outcome) json() jsonDeletedName {
	one := jsonDeletedName{Name: o.name.Name, State: o.name.Verdict, Cause: o.name.Cause, Detail: o.name.Detail, Outcome: "delete"}
	if o.refused != "" {
		one.Outcome, one.Detail = "refuse", o.refused
	}
	for _, m := range o.ended {
		one.Ended = append(one.Ended, discover.Mount{Namespace: m.Namespace, Path: m.Path, Through: m.Through})
	}
	if o.below != nil {
		one.Below = o.below.ID
	}
	if o.ns == nil {
		return one
	}
	one.ID = o.ns.ID
	one.Processes, one.Devices = []jsonProcess{}, o.devices()
	for _, p := range o.processes() {
		one.Processes = append(one.Processes, jsonProcess{p.PID, p.Command})
	}
	one.keptBy(o.names, o.pins)
	return one
}

// keptBy makes lists that are not nil.
func (j *jsonDeletedName) keptBy(names []string, pins []discover.Pin) {
	j.KeptNames, j.KeptBy = append([]string{}, names...), append([]discover.Pin{}, pins...)
}

// json is what became of a name. looked: a scan has looked for its namespace.
func (d deletion) json(looked bool) jsonDeletedName {
	one := jsonDeletedName{Name: d.name, Outcome: "deleted"}
	if d.known {
		one.ID = d.namespace.ID
	}
	if d.failed != nil {
		one.Outcome, one.Detail = "failed", bare(d.failed).Error()
		return one
	}
	if !looked || !d.known {
		return one
	}
	gone := d.still == nil && !d.waiting
	one.Gone = &gone
	if d.still != nil {
		one.keptBy(d.still.Names, d.still.Pins)
	} else {
		one.keptBy(nil, nil)
	}
	return one
}
