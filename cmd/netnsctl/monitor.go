package main

import (
	"context"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/monitor"
)

// monitor prints names, and with --all-namespaces namespaces, as they come and go.
func (u *ui) monitor(call compat.Call, c *cli.Context) error {
	interval := duration(c, "interval")
	switch {
	case interval < 10*time.Millisecond:
		return misuse("option --interval: at least 10ms")
	case onlyFlag(c, "") && !call.JSON:
		return plain(call, nil)
	}
	asJSON := c.Bool("json") || call.JSON
	opts := monitor.Options{Identify: asJSON, Namespaces: c.Bool("all-namespaces"), Interval: interval}
	opts.Unproven = func(err error) {
		u.note("whether a namespace is gone cannot be told, it is \"unseen\" when no scan finds it: %s", unprovenText(call.Host, err))
	}
	return monitor.Run(context.Background(), call.Host, opts, func(e monitor.Event) error {
		if asJSON {
			u.printJSON(e, false)
		} else {
			u.print(eventLine(e))
		}
		return u.broken
	})
}

// eventLine is an event in one line. Names have the words of `ip netns monitor`.
func eventLine(e monitor.Event) string {
	switch e.Kind {
	case monitor.NameAdded, monitor.NameDeleted:
		return string(e.Kind) + " " + quote(e.Name) + "\n"
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
