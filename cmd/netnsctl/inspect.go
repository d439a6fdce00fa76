package main

import (
	"cmp"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
)

func (u *ui) inspect(call compat.Call, c *cli.Context) error {
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: true, Files: true})
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
		return cmp.Or(result, partial(isPartial(snap.Blind)))
	}
	for i, r := range reports {
		if i > 0 {
			u.print("\n")
		}
		u.print(view(snap, r))
		if text := u.adviceOn(snap, r.Namespace).sentence("inspect"); text != "" {
			u.print("  " + escape(text) + "\n")
		}
	}
	for _, r := range reports {
		switch {
		case r.Closed:
			u.note("%s could not be opened; its contents are unknown", labelOf(r.Namespace))
		case r.Contents.Err != nil:
			u.note("%s: %v", labelOf(r.Namespace), r.Contents.Err)
		}
	}
	if u.gaps(snap.Blind, c.Bool("verbose")) && result == nil {
		result = status(statusFailed)
	}
	return result
}
