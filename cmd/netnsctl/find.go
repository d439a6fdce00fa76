package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/find"
)

// defaultFindColumns are shown unless others are asked for.
const defaultFindColumns = "NAMESPACE,STATE,DEVICE,MATCH,ENTER"

// findWords explains WHAT.
const findWords = `WHAT is one of
  10.2.1.15, fe80::1%eth0          an address
  10.2.0.0/16                      every address in a network
  02:42:ac:11:00:02                a MAC address
  web1, web*, name:GLOB            namespaces by name
  veth0, veth*, dev:GLOB           devices, by name or alternative name
  peer:GLOB                        the far ends of devices
  tcp:8080, udp:53, :443           a port that a socket listens on
  1234, pid:1234                   a process or thread
  4026532177, net:[4026532177]     a namespace; a bare number is a PID first
  9f3c5e6a, container:ID, pod:ID   a container or pod, by the start of its ID
  host                             the namespace of pid 1
`

func (u *ui) find(call compat.Call, c *cli.Context) error {
	read := func(own netnsctl.ID) (listing[foundRow], error) {
		return readListing(u, c, findColumns(own), defaultFindColumns)
	}
	if _, err := read(netnsctl.ID{}); err != nil { // before a search that takes time
		return err
	}
	var queries []find.Query
	for _, word := range c.Args().Slice() {
		q, err := find.Parse(word)
		if err == nil && !call.Host.IsName(word) {
			err = mistypedKind(word)
		}
		if err != nil {
			return usageError{err}
		}
		queries = append(queries, q)
	}
	r, err := find.Search(call.Host, queries)
	if err != nil {
		return err
	}
	defer r.Snapshot.Close()
	l, err := read(r.Snapshot.Own)
	if err != nil {
		return err
	}
	l.nameOnce("NAMESPACE", foundRow.unnamed)
	rows := l.arrange(foundRows(r, l.uses("ADDRESSES")))
	hidden := hiddenWords(r.Matches, rows)
	r.Matches = matchesOf(rows)
	if c.Bool("json") || call.JSON {
		u.print(findJSON(r, call.Pretty))
	} else {
		u.showFound(r, c, l.table(rows), hidden)
	}
	switch {
	case len(r.Missing) > 0 && isPartial(r.Blind):
		return status(statusFailed)
	case len(r.Missing)+len(hidden) > 0:
		return status(statusFound)
	}
	return nil
}

// mistypedKind is the error for a word such as tpc:80. Without it that would be a name
// that is not there.
func mistypedKind(word string) error {
	kind, rest, found := strings.Cut(word, ":")
	if !found || strings.Contains(rest, ":") {
		return nil // nothing, or an address
	}
	if near := nearest(kind, find.Kinds()); near != "" && !slices.Contains(find.Kinds(), kind) {
		return misuse("%s: unknown kind %s (did you mean %s?)", quote(word), quote(kind), quote(near+":"+rest))
	}
	return nil
}

func (u *ui) showFound(r *find.Result, c *cli.Context, table string, hidden []string) {
	if c.Bool("quiet") {
		table = strings.Join(placesOf(r.Matches), "")
	}
	u.print(table)
	for _, m := range r.Missing {
		u.note("%s", notFound(r, m))
	}
	for _, word := range hidden {
		u.note("found %s, but --filter hides every match", quote(word))
	}
	u.gaps(r.Blind, c.Bool("verbose"))
}

// notFound says where something was looked for in vain.
func notFound(r *find.Result, m find.Missing) string {
	for _, n := range r.Snapshot.Names {
		if n.Name == m.What && n.Verdict == discover.Stale {
			return quote(n.Name) + " is a stale name, without a namespace: " + staleText(n)
		}
	}
	where := ""
	if r.Read < len(r.Snapshot.Namespaces) {
		where = fmt.Sprintf(" in the %d of %d namespaces that could be inspected", r.Read, len(r.Snapshot.Namespaces))
	}
	return quote(m.What) + " not found" + where + nearBy(m.Near) + didYouMean(m.What, namesIn(r.Snapshot), "")
}

// nearBy tells of the first few devices on whose network an address would be.
func nearBy(near []find.Match) string {
	const few = 3
	var b strings.Builder
	for _, m := range near[:min(few, len(near))] {
		b.WriteString("; nearest network: " + m.Text + " on " + quote(m.Device) + " in " + labelOf(m.Namespace))
	}
	if rest := len(near) - few; rest > 0 {
		b.WriteString(", and " + strconv.Itoa(rest) + " more")
	}
	return b.String()
}

// placesOf are the names, or else the IDs, each once.
func placesOf(matches []find.Match) (lines []string) {
	for _, m := range matches {
		if m.Namespace == nil {
			continue
		}
		for line := range strings.Lines(row{names: m.Namespace.Names, ns: m.Namespace}.quiet()) {
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// enterCommand is a shell's command that a command may follow, empty where we
// are in the namespace or nothing leads in.
func enterCommand(ns *discover.Namespace, own netnsctl.ID) string {
	if ns == nil || ns.ID == own || ns.ID == (netnsctl.ID{}) {
		return ""
	}
	switch {
	case len(ns.Names) > 0:
		return shellCommand("netnsctl exec", inNaturalOrder(ns.Names)[0])
	case isHost(ns):
		return "netnsctl exec host"
	}
	return shellCommand("netnsctl exec", ns.ID.String())
}

// foundRow is a line of what find shows.
type foundRow struct {
	find.Match
	// addresses are those of the namespace, read only where they are asked for.
	addresses string
}

// foundRows are the matches in the order of the words that were searched for, and then
// of the namespaces.
func foundRows(r *find.Result, addresses bool) []foundRow {
	rows := make([]foundRow, len(r.Matches))
	for i, m := range r.Matches {
		rows[i] = foundRow{Match: m}
	}
	first := map[string]int{}
	for i, row := range rows {
		if _, known := first[row.What]; !known {
			first[row.What] = i
		}
	}
	slices.SortStableFunc(rows, func(a, b foundRow) int {
		return cmp.Or(cmp.Compare(first[a.What], first[b.What]), a.byName(b))
	})
	if addresses {
		addAddresses(rows, (*foundRow).addressCell)
	}
	return rows
}

func (r *foundRow) addressCell() (*discover.Namespace, *string) { return r.Namespace, &r.addresses }

// byName has namespaces that were not seen last.
func (r foundRow) byName(other foundRow) int {
	a, b := r.Namespace, other.Namespace
	if a == nil || b == nil {
		unseen := map[bool]int{true: 1}
		return unseen[a == nil] - unseen[b == nil]
	}
	return row{names: a.Names, ns: a}.byName(row{names: b.Names, ns: b})
}

func (r foundRow) unnamed() bool {
	return r.Namespace != nil && row{names: r.Namespace.Names, ns: r.Namespace}.unnamed()
}

// hiddenWords are those that were searched for and found, of which no row is left.
func hiddenWords(matches []find.Match, rows []foundRow) (words []string) {
	known := map[string]bool{}
	for _, r := range rows {
		known[r.What] = true
	}
	for _, m := range matches {
		if !known[m.What] {
			known[m.What] = true
			words = append(words, m.What)
		}
	}
	return words
}

func matchesOf(rows []foundRow) (matches []find.Match) {
	for _, r := range rows {
		matches = append(matches, r.Match)
	}
	return matches
}

func findColumns(own netnsctl.ID) []column[foundRow] {
	return []column[foundRow]{
		{
			Name: "NAMESPACE", Help: "the names, or the ID where there is none",
			Value: func(r foundRow) string { return labelOf(r.Namespace) },
			Words: func(r foundRow) []string {
				if r.Namespace == nil {
					return nil
				}
				return row{names: r.Namespace.Names}.words()
			},
		},
		{Name: "DEVICE", Help: "the device that matched", Value: func(r foundRow) string { return dash(quoteIfAny(r.Device)) }},
		{Name: "MATCH", Help: "what was found", Value: func(r foundRow) string { return escape(r.Text) }},
		{
			Name: "ENTER", Help: "command line to enter it; append COMMAND",
			Value: func(r foundRow) string { return dash(enterCommand(r.Namespace, own)) },
		},
		{Name: "WHAT", Help: "the word that asked for it", Value: func(r foundRow) string { return quote(r.What) }},
		{
			Name: "KIND", Help: "address, mac, device, peer, socket, process, container, pod, name, namespace",
			Value: func(r foundRow) string { return string(r.Kind) },
		},
		{Name: "ID", Help: "the namespace's ID", Value: func(r foundRow) string { return ofNamespace(r.Namespace, (*discover.Namespace).String) }},
		{
			Name: "STATE", Help: "orphan, idle, in-use, host", Values: append(states(), "-"),
			Value: func(r foundRow) string {
				return ofNamespace(r.Namespace, func(ns *discover.Namespace) string { return string(ns.Verdict) })
			},
			Number: func(r foundRow) (int64, bool) {
				if r.Namespace == nil {
					return 0, false
				}
				return int64(rank(r.Namespace.Verdict)), true
			},
			Colour: func(r foundRow) term.Colour {
				if r.Namespace == nil {
					return term.Plain
				}
				return stateColour(r.Namespace.Verdict)
			},
		},
		{
			Name: "ADDRESSES", Help: addressesHelp, Value: func(r foundRow) string { return dash(r.addresses) },
			Words: func(r foundRow) []string { return bareAddresses(r.addresses) },
		},
	}
}
