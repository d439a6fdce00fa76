package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

func holderColumns() []column[discover.Holder] {
	return []column[discover.Holder]{
		{"PID", "the process", func(h discover.Holder) string { return strconv.Itoa(h.Owner.PID) }},
		{"USER", "whose it is", func(h discover.Holder) string { return userName(h.UID) }},
		{"COMMAND", "its name", func(h discover.Holder) string { return orDash(escape(h.Owner.Command)) }},
		{"OWNER", "the pod, container or unit it belongs to", func(h discover.Holder) string {
			group := h.Owner
			group.Command = ""
			return escape(owner(group))
		}},
		{"HOW", "by what it holds the namespace; process: it is inside", func(h discover.Holder) string { return escape(hows(h.Pins)) }},
		{"ARGS", "its command line", func(h discover.Holder) string { return orDash(quoteAll(h.Args, " ")) }},
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// hows is the first pin of each kind, and how many more there are.
func hows(pins []discover.Pin) string {
	var words []string
	for _, list := range groups(pins) {
		word := list[0].How()
		if rest := len(list) - 1; rest > 0 {
			word += " and " + strconv.Itoa(rest) + " more"
		}
		words = append(words, word)
	}
	return strings.Join(words, "; ")
}

func (u *ui) pidsCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:      "pids",
		Usage:     "the processes that hold a namespace, and how",
		UsageText: "netnsctl [-j] pids --verbose [-q] [-o COLUMNS] [--noheadings] NAME|pid:N|net:[N]|PATH",
		Description: "Processes inside, threads inside of processes that are not, and who holds a descriptor,\n" +
			"a socket or the like. Exit status: 0 all told, 1 failed, 2 wrong words.\n\nColumns:\n" +
			columnHelp(holderColumns()),
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "verbose", Usage: "more than the numbers of those inside"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "the numbers of all processes only"},
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "everything, as JSON"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "PID,USER,COMMAND,OWNER,HOW", Usage: "show these `COLUMNS`"},
			&cli.BoolFlag{Name: "noheadings", Aliases: []string{"n"}, Usage: "no line of headings"},
		},
		Action: func(c *cli.Context) error { return u.pids(call, c) },
	}
}

func (u *ui) pids(call compat.Call, c *cli.Context) error {
	if c.NArg() != 1 {
		return wrongWords{errors.New("one namespace is needed")}
	}
	columns, err := choose(holderColumns(), c.String("output"))
	if err != nil {
		return err
	}
	snap, err := discover.Scan(call.Host, discover.Options{})
	if err != nil {
		return err
	}
	defer snap.Close()
	ns, err := lookup(snap, c.Args().First())
	if err != nil {
		return err
	}
	holders := discover.Holders(call.Host, ns)
	switch {
	case c.Bool("json") || call.JSON:
		u.print(holdersJSON(snap, ns, holders, call.Pretty))
		return nil
	case c.Bool("quiet"):
		for _, h := range holders {
			u.print(strconv.Itoa(h.Owner.PID) + "\n")
		}
	case len(holders) > 0:
		u.print(table(columns, holders, !c.Bool("noheadings")))
	}
	u.blind(snap, true)
	return nil
}

// lookup finds a namespace in a snapshot, or says why there is none.
func lookup(snap *discover.Snapshot, word string) (*discover.Namespace, error) {
	if ns := snap.Lookup(word); ns != nil {
		return ns, nil
	}
	// To open it tells whether one may look.
	if _, _, err := snap.Host.Identity(word); errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM) {
		return nil, err
	}
	return nil, fmt.Errorf("no such namespace: %s%s", quote(word), staleName(snap, word))
}

type jsonHolders struct {
	ID        string       `json:"id"`
	Names     []any        `json:"names"`
	Processes []jsonHolder `json:"processes"`
	Blind     []jsonBlind  `json:"not_seen"`
}

type jsonHolder struct {
	jsonOwner
	UID    *int64    `json:"uid,omitempty"`
	User   any       `json:"user,omitempty"`
	Args   []any     `json:"args"`
	Inside bool      `json:"inside"`
	Pins   []jsonPin `json:"pins"`
}

func holdersJSON(snap *discover.Snapshot, ns *discover.Namespace, holders []discover.Holder, pretty bool) string {
	j := jsonHolders{ID: ns.String(), Names: texts(ns.Names), Processes: []jsonHolder{}, Blind: blindJSON(snap.Blind)}
	for _, h := range holders {
		one := jsonHolder{jsonOwner: ownerJSON(h.Owner), Args: texts(h.Args), Inside: h.Inside}
		if h.UID >= 0 {
			one.UID, one.User = &h.UID, jsonText(userName(h.UID))
		}
		for _, p := range h.Pins {
			one.Pins = append(one.Pins, pinJSON(p))
		}
		j.Processes = append(j.Processes, one)
	}
	return encode(j, pretty)
}
