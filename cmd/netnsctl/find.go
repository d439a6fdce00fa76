package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/find"
)

const findHelp = `WHAT is one of
  10.2.1.15, fe80::1%eth0          an address
  10.2.0.0/16                      every address in it
  02:42:ac:11:00:02                a MAC address
  veth0, veth*, dev:GLOB           devices, by name or alternative name
  peer:GLOB                        the far ends of devices
  tcp:8080, udp:53, :443           a port that a socket listens on
  1234, pid:1234                   a process or thread
  4026532177, net:[4026532177]     a namespace; a bare number is a pid first
  9f3c5e6a, container:ID, pod:ID   a container or pod, by the beginning of its id

Every namespace is looked into, with a name or without.
Exit status: 0 all found, 3 something not found, 1 failed, 2 wrong words.

Columns:
`

func (u *ui) findCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:            "find",
		Usage:           "which namespace is it in?",
		UsageText:       "netnsctl [-j] find WHAT... [-q] [-o COLUMNS] [--sort COLUMNS] [--filter CONDITIONS]",
		Description:     findHelp + columnHelp(findColumns(netnsctl.ID{})),
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "names and IDs only"},
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "everything, as JSON"},
		}, tableFlags()...),
		Action: func(c *cli.Context) error { return u.find(call, c) },
	}
}

func (u *ui) find(call compat.Call, c *cli.Context) error {
	if c.NArg() == 0 {
		if err := cli.ShowSubcommandHelp(c); err != nil {
			return err
		}
		return status(statusUsage)
	}
	read := func(own netnsctl.ID) (listing[foundRow], error) {
		return readListing(u, c, findColumns(own), "NAMESPACE,STATE,DEVICE,MATCH,ENTER")
	}
	if _, err := read(netnsctl.ID{}); err != nil { // before a search that takes time
		return err
	}
	var queries []find.Query
	for _, word := range c.Args().Slice() {
		q, err := find.Parse(word)
		if err != nil {
			return wrongWords{err}
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
	if len(r.Missing)+len(hidden) > 0 {
		return status(statusFound)
	}
	return nil
}

func (u *ui) showFound(r *find.Result, c *cli.Context, table string, hidden []string) {
	if c.Bool("quiet") {
		table = strings.Join(placesOf(r.Matches), "")
	}
	u.print(table)
	for _, m := range r.Missing {
		u.note("not found: %s", quote(m.What)+nearBy(m.Near))
	}
	for _, word := range hidden {
		u.note("found, but nothing meets the filter: %s", quote(word))
	}
	u.tellBlind(r.Blind, c.Bool("quiet") || len(r.Missing) == 0)
}

// nearBy tells of the first few devices on whose network an address would be.
func nearBy(near []find.Match) string {
	const few = 3
	var b strings.Builder
	for _, m := range near[:min(few, len(near))] {
		b.WriteString("; on the network of " + m.Device + " (" + m.Text + ") in " + labelOf(m.Namespace))
	}
	if rest := len(near) - few; rest > 0 {
		b.WriteString(" and of " + strconv.Itoa(rest) + " more")
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

func labelOf(ns *discover.Namespace) string {
	if ns == nil {
		return "(not seen)"
	}
	return row{names: ns.Names, ns: ns}.label()
}

// enterCommand is a shell's command that a command may follow, empty where we
// are in the namespace or nothing leads in.
func enterCommand(ns *discover.Namespace, own netnsctl.ID) string {
	if ns == nil || ns.ID == own || ns.ID == (netnsctl.ID{}) {
		return ""
	}
	for _, name := range ns.Names {
		if word := quote(name); word == name && !strings.ContainsAny(name, "$&;|<>()*?[]#~=%!`'\"\\{}^") {
			return "netnsctl exec " + name
		}
	}
	return "netnsctl exec '" + ns.ID.String() + "'"
}

func quoteIfAny(s string) string {
	if s == "" {
		return ""
	}
	return quote(s)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
