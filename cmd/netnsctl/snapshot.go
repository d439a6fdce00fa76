package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// snapshot records the namespaces that exist.
func (u *ui) snapshot(call compat.Call, c *cli.Context) error {
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	record, err := snap.Record()
	if err != nil {
		return err
	}
	text, err := encode(record, true)
	if err != nil {
		return err
	}
	u.gaps(snap.Gaps, c.Bool("verbose"))
	if err := u.deliver(c.Args().First(), text); err != nil {
		return err
	}
	return partial(snap.Gaps)
}

// readRecord reads a file that snapshot wrote, or standard input for "-".
func readRecord(file string) (discover.Record, error) {
	in := os.Stdin
	if file != "-" {
		var err error
		if in, err = os.Open(file); err != nil {
			return discover.Record{}, err
		}
		defer in.Close()
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return discover.Record{}, err
	}
	var r discover.Record
	if err := json.Unmarshal(data, &r); err != nil || r.Boot == "" {
		return discover.Record{}, fmt.Errorf("%s was not written by \"netnsctl snapshot\"", file)
	}
	return r, nil
}

// checkAgainst lists the namespaces and stale names that a record lacks.
func (u *ui) checkAgainst(call compat.Call, c *cli.Context) error {
	l, err := readListing(u, call, c, listColumns(), allColumns, row.unnamed)
	if err != nil {
		return err
	}
	record, err := readRecord(c.String("against"))
	if err != nil {
		return err
	}
	switch same, err := record.SameBoot(call.Host); {
	case err != nil:
		return err
	case !same:
		return fmt.Errorf("%s was taken before the last reboot; take a new snapshot", c.String("against"))
	}
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: l.uses("ADDRESSES"), LeftOvers: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	all := newRows(snap, record)
	rows := arrangeRows(l, all)
	if c.Bool("json") || call.JSON {
		there := listed(snap, rows)
		there.Gaps = append(there.Gaps, record.Gaps...)
		u.printJSON(there, call.Pretty)
	} else {
		u.gaps(snap.Gaps, c.Bool("verbose"))
		if text := criticalGaps(record.Gaps); text != "" {
			u.note("%s is incomplete, and what is new cannot be told: %s, and take a new snapshot", c.String("against"), text)
		}
		u.print(l.table(rows))
		text := fmt.Sprintf("%d new since %s", len(all), record.Taken.Local().Format(time.DateTime))
		if hidden := len(all) - len(rows); hidden > 0 {
			text += fmt.Sprintf(", %d not shown by --filter", hidden)
		}
		u.print(text + "\n")
	}
	if len(all) > 0 && len(record.Gaps) == 0 {
		return status(statusFound)
	}
	return partial(append(snap.Gaps, record.Gaps...))
}

// newRows are the namespaces and stale names that a record lacks.
func newRows(snap *discover.Snapshot, record discover.Record) (rows []row) {
	namespaces, stale := snap.Since(record)
	for _, n := range stale {
		rows = append(rows, nameRow(n, snap.Taken))
	}
	for _, ns := range namespaces {
		rows = append(rows, rowOf(ns, snap.Taken))
	}
	sortRows(rows)
	return rows
}
