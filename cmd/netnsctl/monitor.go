package main

import (
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/monitor"
)

// monitor prints names, and with --all-namespaces namespaces, as they come and go.
func (u *ui) monitor(call compat.Call, c *cli.Context) error {
	interval, err := parseDuration(c.String("interval"))
	switch {
	case err != nil:
		return usageError{err}
	case interval < 10*time.Millisecond:
		return misuse("option --interval: at least 10ms")
	}
	if onlyFlag(c, "") && !call.JSON {
		return plain(call, nil)
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
