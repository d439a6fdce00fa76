package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// text is a string of any bytes. JSON has only valid UTF-8: where the bytes are
// not, the text has U+FFFD in their place and the bytes stand beside it, in
// base64.
type text struct {
	Text  string `json:"text"`
	Bytes []byte `json:"bytes"`
}

// jsonText is a plain JSON string where it can be one.
func jsonText(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return text{s, []byte(s)}
}

type jsonList struct {
	Namespaces []jsonNamespace `json:"namespaces"`
	Names      []jsonName      `json:"names"`
	Blind      []jsonBlind     `json:"not_seen"`
}

type jsonName struct {
	Name    any        `json:"name"`
	State   string     `json:"state"`
	Cause   string     `json:"cause,omitempty"`
	Detail  any        `json:"detail,omitempty"`
	Kind    string     `json:"file,omitempty"`
	Born    *time.Time `json:"born,omitempty"`
	AgeSecs *int64     `json:"age_seconds,omitempty"`
}

type jsonNamespace struct {
	ID      string      `json:"id"`
	Ino     uint64      `json:"ino"`
	Dev     uint64      `json:"dev"`
	Cookie  uint64      `json:"cookie,omitempty"`
	Names   []any       `json:"names"`
	State   string      `json:"state"`
	Reason  any         `json:"reason"`
	Born    *time.Time  `json:"born,omitempty"`
	AgeSecs *int64      `json:"age_seconds,omitempty"`
	Owner   *jsonOwner  `json:"owner,omitempty"`
	Pins    []jsonPin   `json:"pins"`
	Leases  []jsonLease `json:"cni,omitempty"`
}

type jsonOwner struct {
	PID       int    `json:"pid,omitempty"`
	Command   any    `json:"command,omitempty"`
	Unit      any    `json:"unit,omitempty"`
	Container any    `json:"container,omitempty"`
	Pod       string `json:"pod,omitempty"`
	Runtime   string `json:"runtime,omitempty"`
	Name      any    `json:"container_name,omitempty"`
	PodName   any    `json:"pod_name,omitempty"`
}

type jsonLease struct {
	Network   any `json:"network"`
	Address   any `json:"address"`
	Container any `json:"container"`
	Netns     any `json:"netns,omitempty"`
	File      any `json:"file"`
}

type jsonPin struct {
	Kind    discover.Kind `json:"kind"`
	PID     int           `json:"pid,omitempty"`
	TID     int           `json:"tid,omitempty"`
	FD      *int          `json:"fd,omitempty"`
	Command any           `json:"command,omitempty"`
	Detail  any           `json:"detail,omitempty"`
	Mount   *jsonMount    `json:"mount,omitempty"`
}

type jsonMount struct {
	Namespace uint64 `json:"mount_namespace,omitempty"`
	Path      any    `json:"path"`
	Through   int    `json:"through_pid,omitempty"`
	Host      bool   `json:"host"`
	Covered   bool   `json:"covered"`
}

type jsonBlind struct {
	What  string `json:"what"`
	Count int    `json:"count,omitempty"`
	Grave bool   `json:"grave"`
}

// encode is a value as one line of JSON, or as many where pretty. JSON goes to
// terminals, too: what does not show is escaped in it (DEL, C1 controls, marks of
// direction), not only what JSON does not allow.
func encode(v any, pretty bool) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if pretty {
		e.SetIndent("", "    ")
	}
	if err := e.Encode(v); err != nil {
		return ""
	}
	var shown strings.Builder
	for _, r := range b.String() {
		if r == '\n' || strconv.IsPrint(r) {
			shown.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&shown, `\u%04x`, unit)
		}
	}
	return shown.String()
}

func listJSON(snap *discover.Snapshot, rows []row, pretty bool) string {
	l := jsonList{Namespaces: []jsonNamespace{}, Names: []jsonName{}, Blind: blindJSON(snap.Blind)}
	done := map[*discover.Namespace]bool{} // one with two names has two rows
	for _, r := range rows {
		switch {
		case r.ns == nil:
			l.Names = append(l.Names, nameJSON(r.name, r.now))
		case !done[r.ns]:
			done[r.ns] = true
			l.Namespaces = append(l.Namespaces, namespaceJSON(r.ns, r.now))
		}
	}
	return encode(l, pretty)
}

func blindJSON(blind []discover.Blind) []jsonBlind {
	all := []jsonBlind{}
	for _, b := range blind {
		all = append(all, jsonBlind(b))
	}
	return all
}

func nameJSON(n *discover.Name, now time.Time) jsonName {
	born, secs := bornJSON(n.File.Born, now)
	return jsonName{
		Name: jsonText(n.Name), State: string(n.Verdict), Cause: string(n.Cause), Detail: optional(n.Detail),
		Kind: string(n.File.Kind), Born: born, AgeSecs: secs,
	}
}

func namespaceJSON(ns *discover.Namespace, now time.Time) jsonNamespace {
	born, secs := bornJSON(ns.Born, now)
	j := jsonNamespace{
		ID: ns.String(), Ino: ns.ID.Ino, Dev: ns.ID.Dev, Cookie: ns.Cookie, Names: texts(ns.Names),
		State: string(ns.Verdict), Reason: jsonText(ns.Reason), Born: born, AgeSecs: secs, Pins: pinsJSON(ns.Pins),
	}
	if o := ns.Owner; o != (discover.Owner{}) {
		owner := ownerJSON(o)
		j.Owner = &owner
	}
	for _, l := range ns.Leases {
		j.Leases = append(j.Leases, jsonLease{
			jsonText(l.Network), jsonText(l.Address), jsonText(l.Container), optional(l.Netns), jsonText(l.File),
		})
	}
	return j
}

func ownerJSON(o discover.Owner) jsonOwner {
	return jsonOwner{
		o.PID, optional(o.Command), optional(o.Unit), optional(o.Container), o.Pod, o.Runtime, optional(o.Name), optional(o.PodName),
	}
}

func pinsJSON(pins []discover.Pin) []jsonPin {
	all := []jsonPin{}
	for _, p := range pins {
		all = append(all, pinJSON(p))
	}
	return all
}

func pinJSON(p discover.Pin) jsonPin {
	j := jsonPin{Kind: p.Kind, PID: p.PID, TID: p.TID, Command: optional(p.Command), Detail: optional(p.Detail)}
	if p.FD >= 0 {
		j.FD = &p.FD
	}
	if m := p.Mount; m != nil {
		mount := mountJSON(m)
		j.Mount = &mount
	}
	return j
}

func mountJSON(m *discover.Mount) jsonMount {
	return jsonMount{m.Namespace, jsonText(m.Path), m.Through, m.Host, m.Covered}
}

// optional is nil, which leaves the member out, for no text.
func optional(s string) any {
	if s == "" {
		return nil
	}
	return jsonText(s)
}

// bornJSON leaves out what JSON has no form for (RFC 3339): a FUSE file system
// says what it likes.
func bornJSON(born, now time.Time) (*time.Time, *int64) {
	born = born.UTC()
	if born.IsZero() || born.Year() < 0 || born.Year() > 9999 {
		return nil, nil
	}
	secs := int64(now.Sub(born) / time.Second)
	return &born, &secs
}

type jsonPlan struct {
	DryRun  bool         `json:"dry_run"`
	Steps   []jsonStep   `json:"steps"`
	Spared  []jsonSpared `json:"spared"`
	Missing []any        `json:"missing"`
	Left    []string     `json:"left"`
}

type jsonStep struct {
	Action    clean.Action   `json:"action"`
	Name      *jsonName      `json:"name,omitempty"`
	Namespace *jsonNamespace `json:"namespace,omitempty"`
	Mounts    []jsonMount    `json:"mounts,omitempty"`
	Outcome   clean.Outcome  `json:"outcome,omitempty"`
	Detail    any            `json:"detail,omitempty"`
}

type jsonSpared struct {
	Name      *jsonName      `json:"name,omitempty"`
	Namespace *jsonNamespace `json:"namespace,omitempty"`
	Why       any            `json:"why"`
}

func planJSON(p *clean.Plan, results []clean.Result, left []netnsctl.Tracked, dryRun bool) jsonPlan {
	now := time.Now()
	j := jsonPlan{DryRun: dryRun, Steps: []jsonStep{}, Spared: []jsonSpared{}, Missing: []any{}, Left: []string{}}
	subject := func(n *discover.Name, ns *discover.Namespace) (name *jsonName, namespace *jsonNamespace) {
		if n != nil {
			one := nameJSON(n, now)
			name = &one
		}
		if ns != nil {
			one := namespaceJSON(ns, now)
			namespace = &one
		}
		return name, namespace
	}
	for i, step := range p.Steps {
		s := jsonStep{Action: step.Action}
		s.Name, s.Namespace = subject(step.Name, step.Namespace)
		for _, m := range step.Mounts {
			s.Mounts = append(s.Mounts, mountJSON(&m))
		}
		if i < len(results) {
			s.Outcome, s.Detail = results[i].Outcome, optional(results[i].Detail)
			if results[i].Err != nil {
				s.Detail = jsonText(results[i].Err.Error())
			}
		}
		j.Steps = append(j.Steps, s)
	}
	for _, spared := range p.Spared {
		s := jsonSpared{Why: jsonText(spared.Why)}
		s.Name, s.Namespace = subject(spared.Name, spared.Namespace)
		j.Spared = append(j.Spared, s)
	}
	for _, target := range p.Missing {
		j.Missing = append(j.Missing, jsonText(target))
	}
	for _, g := range left {
		j.Left = append(j.Left, g.ID.String())
	}
	return j
}
