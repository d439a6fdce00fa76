package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/find"
)

// defaultFindColumns are the columns by default.
const defaultFindColumns = "NAMESPACE,STATE,DEVICE,MATCH,ENTER"

// findWords explains WHAT in the help.
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

// find prints the namespaces in which something is.
func (u *ui) find(call compat.Call, c *cli.Context) error {
	l, err := readListing(u, call, c, findColumns(), defaultFindColumns, foundRow.unnamed)
	if err != nil {
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
	rows := foundRows(r)
	if l.uses("ADDRESSES") {
		addAddresses(rows, func(r *foundRow) *row { return &r.row })
	}
	rows = l.arrange(rows)
	hidden := hiddenWords(r.Matches, rows)
	r.Matches = nil
	for _, row := range rows {
		r.Matches = append(r.Matches, row.Match)
	}
	switch {
	case c.Bool("json") || call.JSON:
		u.printJSON(*r, call.Pretty)
	case c.Bool("quiet"):
		u.print(strings.Join(namespacesOf(rows), ""))
	default:
		u.print(l.table(rows))
	}
	if !c.Bool("json") && !call.JSON {
		for _, m := range r.Missing {
			u.note("%s", notFound(r, m))
		}
		for _, word := range hidden {
			u.note("found %s, but --filter hides every match", quote(word))
		}
		u.gaps(r.Gaps, c.Bool("verbose"))
	}
	if len(r.Missing) > 0 && isPartial(r.Gaps) {
		return status(statusFailed)
	}
	return statusIf(len(r.Missing)+len(hidden) > 0, statusFound)
}

// mistypedKind is the error for a word such as tpc:80, which would otherwise be a name
// that does not exist.
func mistypedKind(word string) error {
	kind, rest, found := strings.Cut(word, ":")
	if !found || strings.Contains(rest, ":") {
		return nil // no kind, or an address
	}
	if near := nearest(kind, find.Kinds()); near != "" && !slices.Contains(find.Kinds(), kind) {
		return misuse("%s: unknown kind %s (did you mean %s?)", quote(word), quote(kind), quote(near+":"+rest))
	}
	return nil
}

// notFound is the message on a word that was not found.
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

// nearBy names the first few devices in whose network an address would be.
func nearBy(near []find.Match) string {
	const few = 3
	var b strings.Builder
	for _, m := range near[:min(few, len(near))] {
		b.WriteString("; nearest network: " + m.Text + " on " + quote(m.Device.Name) + " in " + labelOf(m.Namespace))
	}
	if rest := len(near) - few; rest > 0 {
		b.WriteString(", and " + strconv.Itoa(rest) + " more")
	}
	return b.String()
}

// foundRow is a row of find.
type foundRow struct {
	row
	find.Match
	enter string // see enterCommand
}

// foundRows are the matches by the place of their word on the command line, then by
// the name of the namespace.
func foundRows(r *find.Result) []foundRow {
	rows, begin := make([]foundRow, len(r.Matches)), ourselves(r.Snapshot.Host)
	first := map[string]int{}
	for i, m := range r.Matches {
		rows[i] = foundRow{rowOf(m.Namespace, r.Snapshot.Taken), m, enterCommand(m.Namespace, r.Snapshot.Own, begin)}
		if _, known := first[m.What]; !known {
			first[m.What] = i
		}
	}
	slices.SortStableFunc(rows, func(a, b foundRow) int {
		return cmp.Or(cmp.Compare(first[a.What], first[b.What]), a.byName(b.row))
	})
	return rows
}

// namespacesOf are the names, or else the IDs, of rows, each once.
func namespacesOf(rows []foundRow) (lines []string) {
	for _, r := range rows {
		if r.ns != nil {
			lines = slices.AppendSeq(lines, strings.Lines(r.quiet()))
		}
	}
	return unique(lines)
}

// hiddenWords are the words that were found and have no row any more.
func hiddenWords(matches []find.Match, rows []foundRow) (words []string) {
	for _, m := range matches {
		if !slices.ContainsFunc(rows, func(r foundRow) bool { return r.What == m.What }) {
			words = append(words, m.What)
		}
	}
	return unique(words)
}

func findColumns() []column[foundRow] {
	namespace := func(r foundRow) row { return r.row }
	return []column[foundRow]{
		{Name: "NAMESPACE", Help: "the names, or the ID where there is none", Value: foundRow.label, Words: foundRow.words},
		{Name: "DEVICE", Help: "the device that matched", Value: func(r foundRow) string { return dash(quoteIfAny(r.Device.Name)) }},
		{Name: "MATCH", Help: "what was found", Value: func(r foundRow) string { return escape(r.Text) }},
		{Name: "ENTER", Help: "command line to enter it; append COMMAND", Value: func(r foundRow) string { return dash(r.enter) }},
		{Name: "WHAT", Help: "the word that asked for it", Value: func(r foundRow) string { return quote(r.What) }},
		{
			Name: "KIND", Help: "address, mac, device, peer, socket, process, container, pod, name, namespace",
			Value: func(r foundRow) string { return string(r.Kind) },
		},
		idColumn(namespace),
		stateColumn("orphan, unknown, idle, wired, in-use, host", append(states(), "-"), namespace),
		addressColumn(namespace),
	}
}

// enterCommand is a command line that enters a namespace, before a command. It begins as
// [ourselves] and is empty for our own namespace and where nothing leads in.
func enterCommand(ns *discover.Namespace, own netnsctl.ID, begin string) string {
	if ns == nil || ns.ID == own || ns.ID == (netnsctl.ID{}) {
		return ""
	}
	switch {
	case len(ns.Names) > 0:
		return shellCommand(begin+" exec", inNaturalOrder(ns.Names)[0])
	case isHost(ns):
		return "netnsctl exec host"
	}
	return shellCommand("netnsctl exec", ns.ID.String())
}
