package main

import (
	"errors"
	"fmt"
	"strconv"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

func holderColumns() []column[discover.Holder] {
	return []column[discover.Holder]{
		{
			Name: "PID", Help: "the process", Value: func(h discover.Holder) string { return strconv.Itoa(h.Owner.PID) },
			Number: func(h discover.Holder) (int64, bool) { return int64(h.Owner.PID), true },
		},
		{Name: "USER", Help: "whose it is", Value: func(h discover.Holder) string { return userName(h.UID) }},
		{Name: "COMMAND", Help: "its name", Value: func(h discover.Holder) string { return orDash(escape(h.Owner.Command)) }},
		{Name: "OWNER", Help: "the pod, container or unit it belongs to", Value: func(h discover.Holder) string {
			group := h.Owner
			group.Command = ""
			return escape(owner(group))
		}},
		{
			Name: "HOW", Help: "by what it holds the namespace; process: it is inside",
			Value: func(h discover.Holder) string { return escape(hows(h.Pins)) },
		},
		{Name: "ARGS", Help: "its command line", Value: func(h discover.Holder) string { return orDash(quoteAll(h.Args, " ")) }},
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func (u *ui) pidsCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:      "pids",
		Usage:     "the processes that hold a namespace, and how",
		UsageText: "netnsctl [-j] pids --verbose [-q] [-o COLUMNS] [--sort COLUMNS] [--filter CONDITIONS] NAME|pid:N|net:[N]|PATH",
		Description: "Processes inside, threads inside of processes that are not, and who holds a descriptor,\n" +
			"a socket or the like. Exit status: 0 all told, 1 failed, 2 wrong words.\n\nColumns:\n" +
			columnHelp(holderColumns()),
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "verbose", Usage: "more than the numbers of those inside"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "the numbers of all processes only"},
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "everything, as JSON"},
		}, tableFlags()...),
		Action: func(c *cli.Context) error { return u.pids(call, c) },
	}
}

func (u *ui) pids(call compat.Call, c *cli.Context) error {
	if c.NArg() != 1 {
		return wrongWords{errors.New("one namespace is needed")}
	}
	l, err := readListing(u, c, holderColumns(), "PID,USER,COMMAND,OWNER,HOW")
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
	holders := l.arrange(discover.Holders(call.Host, ns))
	switch {
	case c.Bool("json") || call.JSON:
		u.print(holdersJSON(snap, ns, holders, call.Pretty))
		return nil
	case c.Bool("quiet"):
		for _, h := range holders {
			u.print(strconv.Itoa(h.Owner.PID) + "\n")
		}
	default:
		u.print(l.table(holders))
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
