package main

import (
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/find"
)

type jsonFound struct {
	Matches []jsonMatch   `json:"matches"`
	Missing []jsonMissing `json:"missing"`
	Blind   []jsonBlind   `json:"not_seen"`
}

type jsonMatch struct {
	What      any         `json:"what"`
	Kind      find.Kind   `json:"kind"`
	Namespace *jsonPlace  `json:"namespace"` // null where none was seen
	Device    *jsonDevRef `json:"device,omitempty"`
	Match     any         `json:"match"`
}

// jsonPlace says which namespace, without what pins it.
type jsonPlace struct {
	ID     string           `json:"id"`
	Ino    uint64           `json:"ino"`
	Dev    uint64           `json:"dev"`
	Cookie uint64           `json:"cookie,omitempty"`
	Names  []any            `json:"names"`
	State  discover.Verdict `json:"state"`
}

type jsonDevRef struct {
	Index int `json:"index"`
	Name  any `json:"name,omitempty"`
}

type jsonMissing struct {
	What any         `json:"what"`
	Near []jsonMatch `json:"near"`
}

func findJSON(r *find.Result, pretty bool) string {
	j := jsonFound{Matches: matchesJSON(r.Matches), Missing: []jsonMissing{}, Blind: blindJSON(r.Blind)}
	for _, m := range r.Missing {
		j.Missing = append(j.Missing, jsonMissing{jsonText(m.What), matchesJSON(m.Near)})
	}
	return encode(j, pretty)
}

func matchesJSON(matches []find.Match) []jsonMatch {
	all := []jsonMatch{}
	for _, m := range matches {
		j := jsonMatch{What: jsonText(m.What), Kind: m.Kind, Namespace: placeJSON(m.Namespace), Match: jsonText(m.Text)}
		if m.Index != 0 {
			j.Device = &jsonDevRef{m.Index, optional(m.Device)}
		}
		all = append(all, j)
	}
	return all
}

func placeJSON(ns *discover.Namespace) *jsonPlace {
	if ns == nil {
		return nil
	}
	j := &jsonPlace{ID: ns.String(), Ino: ns.ID.Ino, Dev: ns.ID.Dev, Cookie: ns.Cookie, Names: []any{}, State: ns.Verdict}
	for _, name := range ns.Names {
		j.Names = append(j.Names, jsonText(name))
	}
	return j
}
