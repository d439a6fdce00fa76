package main

import (
	"errors"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/monitor"
)

func (u *ui) monitorCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:      "monitor",
		Usage:     "names and namespaces as they come and go",
		UsageText: "netnsctl monitor [--json] [--all-namespaces [--interval TIME]]",
		Description: "add NAME, delete NAME; with --all-namespaces also new and gone, with the ID and what was\n" +
			"first found to pin it. The kernel tells nobody of namespaces: they are looked for every\n" +
			"--interval and when names or mounts change, and what lives for less may be missed.\n" +
			"Exit status: 1 failed, 2 wrong words.",
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "one object per line, with time, ID and cookie"},
			&cli.BoolFlag{Name: "all-namespaces", Usage: "namespaces, too, with a name or without"},
			&cli.StringFlag{Name: "interval", Value: "1s", Usage: "look for namespaces every `TIME`: seconds, 500ms, 1m"},
		},
		Action: func(c *cli.Context) error { return u.monitor(call, c) },
	}
}

func (u *ui) monitor(call compat.Call, c *cli.Context) error {
	interval, err := parseDuration(c.String("interval"))
	switch {
	case err != nil:
		return wrongWords{err}
	case interval < 10*time.Millisecond:
		return wrongWords{errors.New("--interval is 10ms or more")}
	case c.NArg() > 0:
		return wrongWords{errExtra(c.Args().First())}
	case c.IsSet("interval") && !c.Bool("all-namespaces"):
		return wrongWords{errors.New("--interval needs --all-namespaces")}
	}
	asJSON := c.Bool("json") || call.JSON
	opts := monitor.Options{Identify: asJSON, Namespaces: c.Bool("all-namespaces"), Interval: interval}
	return monitor.Run(call.Host, opts, func(e monitor.Event) error {
		if asJSON {
			u.print(encode(eventJSON(e), false))
		} else {
			u.print(eventLine(e))
		}
		return u.broken
	})
}

// eventLine tells of names as `ip netns monitor` does.
func eventLine(e monitor.Event) string {
	switch e.Kind {
	case monitor.NameAdded, monitor.NameDeleted:
		return string(e.Kind) + " " + e.Name + "\n"
	}
	words := []string{string(e.Kind), e.ID.String()}
	switch {
	case len(e.Names) > 0:
		words = append(words, "name", quoteAll(e.Names, ","))
	case e.Pin != nil:
		words = append(words, escape(e.Pin.String()))
	}
	return strings.Join(words, " ") + "\n"
}

type jsonEvent struct {
	Time   time.Time    `json:"time"`
	Event  monitor.Kind `json:"event"`
	Name   any          `json:"name,omitempty"`
	ID     string       `json:"id,omitempty"`
	Cookie uint64       `json:"cookie,omitempty"`
	Names  []any        `json:"names,omitempty"`
	Pin    *jsonPin     `json:"pin,omitempty"`
}

func eventJSON(e monitor.Event) jsonEvent {
	j := jsonEvent{Time: e.Time.UTC(), Event: e.Kind, Name: optional(e.Name), Cookie: e.Cookie}
	if e.ID.Ino != 0 {
		j.ID = e.ID.String()
	}
	if len(e.Names) > 0 {
		j.Names = texts(e.Names)
	}
	if e.Pin != nil {
		pin := pinJSON(*e.Pin)
		j.Pin = &pin
	}
	return j
}
