package main

import (
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// defaultHolderColumns are the columns by default.
const defaultHolderColumns = "PID,USER,COMMAND,OWNER,HOW"

// holder is a row of the table.
type holder struct {
	discover.Holder
	names []string // of the namespace; with --match the one by which it was chosen
}

func holderColumns() []column[holder] {
	return []column[holder]{
		{Name: "NAME", Help: "the name of the namespace", Value: func(h holder) string { return dash(quoteAll(h.names, ",")) }},
		{
			Name: "PID", Help: "the process", Value: func(h holder) string { return strconv.Itoa(h.Owner.PID) },
			Number: func(h holder) (int64, bool) { return int64(h.Owner.PID), true },
		},
		{Name: "USER", Help: "whose it is", Value: func(h holder) string { return userName(h.UID) }},
		{Name: "COMMAND", Help: "its name", Value: func(h holder) string { return dash(escape(h.Owner.Command)) }},
		{Name: "OWNER", Help: "the pod, container or unit it belongs to", Value: func(h holder) string {
			group := h.Owner
			group.Command = ""
			return escape(owner(group))
		}},
		{
			Name: "HOW", Help: "by what it holds the namespace; process: it is inside",
			Value: func(h holder) string { return escape(pinSummary(h.Pins)) },
		},
		{Name: "ARGS", Help: "its command line", Value: func(h holder) string { return dash(quoteAll(h.Args, " ")) }},
	}
}

// pids prints the PIDs of the processes inside or, with a flag, all holders.
func (u *ui) pids(call compat.Call, c *cli.Context) error {
	word := c.Args().First()
	switch pattern := patternOf(c); {
	case pattern.given():
		return u.pidsOfEach(call, c, pattern)
	case onlyFlag(c, "") && isMissingNamespace(call.Host, word):
		return noNamespace(call.Host, word, "pids")
	case onlyFlag(c, ""):
		return plain(call, []string{word})
	}
	l, err := readListing(u, call, c, holderColumns(), defaultHolderColumns, nil)
	if err != nil {
		return err
	}
	snap, err := discover.Scan(call.Host, discover.Options{})
	if err != nil {
		return err
	}
	defer snap.Close()
	ns, err := namespaceIn(snap, word, "pids")
	if err != nil {
		return err
	}
	holders := l.arrange(holdersOf(call.Host, ns, ns.Names))
	if c.Bool("json") || call.JSON {
		u.printJSON(holdersJSON(ns, holders, snap.Gaps), call.Pretty)
		return partial(snap.Gaps)
	}
	u.holders(l, holders, c.Bool("quiet"))
	// With these flags a program reads the rows.
	if !slices.ContainsFunc([]string{"quiet", "output", "noheadings", "filter"}, c.IsSet) {
		if text := nobodyInside(snap, ns); text != "" {
			u.print(escape(text) + "\n")
		}
	}
	u.gaps(snap.Gaps, false)
	return partial(snap.Gaps)
}

// holders prints a table or, if quiet, the PIDs.
func (u *ui) holders(l listing[holder], holders []holder, quiet bool) {
	if !quiet {
		u.print(l.table(holders))
		return
	}
	var pids []int
	for _, h := range holders {
		pids = append(pids, h.Owner.PID)
	}
	for _, pid := range unique(pids) {
		u.print(strconv.Itoa(pid) + "\n")
	}
}

func holdersOf(host netnsctl.Host, ns *discover.Namespace, names []string) (rows []holder) {
	for _, h := range discover.Holders(host, ns) {
		rows = append(rows, holder{h, names})
	}
	return rows
}

// nobodyInside says what keeps a namespace without a process.
func nobodyInside(snap *discover.Snapshot, ns *discover.Namespace) string {
	switch {
	case ns.Verdict == discover.InUse || ns.Verdict == discover.Own:
		return ""
	case isPartial(snap.Gaps):
		return "no process inside was found"
	case ns.Seen() == discover.Idle && len(ns.Names) > 0:
		return "no process inside; kept by its name " + quoteAll(ns.Names, ", ")
	}
	// The scan for holders is too narrow for the command that releases the namespace.
	return adviceFor(snap.Host, ns.ID.String()).explain("pids").String()
}

type jsonHolders struct {
	ID        string         `json:"id"`
	Names     []string       `json:"names"`
	Processes []jsonHolder   `json:"processes"`
	Gaps      []discover.Gap `json:"not_seen"`
}

// jsonHolder is encoded with the members of the owner first.
type jsonHolder struct {
	owner  discover.Owner
	UID    int64          `json:"uid" textjson:"omitnegative"`
	User   string         `json:"user,omitempty"`
	Args   []string       `json:"args"`
	Inside bool           `json:"inside"`
	Pins   []discover.Pin `json:"pins"`
}

func (h jsonHolder) MarshalJSON() ([]byte, error) {
	type rest jsonHolder
	return textjson.Join(h.owner, rest(h))
}

func holdersJSON(ns *discover.Namespace, holders []holder, gaps []discover.Gap) jsonHolders {
	j := jsonHolders{ID: ns.String(), Names: ns.Names, Gaps: gaps}
	for _, h := range holders {
		one := jsonHolder{h.Owner, h.UID, "", h.Args, h.Inside, h.Pins}
		if h.UID >= 0 {
			one.User = userName(h.UID)
		}
		j.Processes = append(j.Processes, one)
	}
	return j
}
