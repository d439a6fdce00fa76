package main

import (
	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
)

func (u *ui) inspect(call compat.Call, c *cli.Context) error {
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	var result error
	var targets []*discover.Namespace
	for _, word := range c.Args().Slice() {
		ns, err := u.namespace(snap, word, "inspect")
		if err != nil {
			u.note("%v", err)
			result = status(statusFailed)
			continue
		}
		targets = append(targets, ns)
	}
	reports := inspect.Look(snap, targets)
	for _, r := range reports {
		if r.Closed || r.Contents.Err != nil {
			result = status(statusFailed)
		}
	}
	if c.Bool("json") || call.JSON {
		u.print(inspectJSON(snap, reports, call.Pretty))
		return result
	}
	for i, r := range reports {
		if i > 0 {
			u.print("\n")
		}
		u.print(view(snap, r))
	}
	for _, r := range reports {
		if text := u.adviceOn(call.Host, r.Namespace).sentence("inspect"); text != "" {
			u.print(escape(text) + "\n")
		}
		switch {
		case r.Closed:
			u.note("%s: cannot be opened, so what is in it is not known", labelOf(r.Namespace))
		case r.Contents.Err != nil:
			u.note("%s: %v", labelOf(r.Namespace), r.Contents.Err)
		}
	}
	if u.gaps(snap.Blind, c.Bool("verbose")) && result == nil {
		result = status(statusFailed)
	}
	return result
}
