package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
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
	u.gaps(snap.Blind, c.Bool("verbose"))
	if err := u.deliver(c.Args().First(), encode(recordJSON(record), true)); err != nil {
		return err
	}
	return partial(snap.Blind)
}

// jsonRecord is the file that snapshot writes.
type jsonRecord struct {
	Boot       string         `json:"boot"`
	Taken      time.Time      `json:"taken"`
	Namespaces []jsonRecorded `json:"namespaces"`
	Stale      []anyText      `json:"stale"`
}

type jsonRecorded struct {
	ID     string    `json:"id"`
	Dev    uint64    `json:"dev,omitempty"`
	Ino    uint64    `json:"ino,omitempty"`
	NSID   *int32    `json:"nsid,omitempty"`
	Cookie uint64    `json:"cookie,omitempty"`
	Names  []anyText `json:"names"`
}

// anyText is a string of any bytes as JSON: see [jsonText].
type anyText string

// MarshalJSON writes a string or an object.
func (s anyText) MarshalJSON() ([]byte, error) { return json.Marshal(jsonText(string(s))) }

// UnmarshalJSON reads a string or an object.
func (s *anyText) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(string(data), "{") {
		var t text
		err := json.Unmarshal(data, &t)
		*s = anyText(t.Bytes)
		return err
	}
	return json.Unmarshal(data, (*string)(s))
}

func recordJSON(r discover.Record) jsonRecord {
	j := jsonRecord{Boot: r.Boot, Taken: r.Taken.UTC(), Namespaces: []jsonRecorded{}, Stale: []anyText{}}
	for _, ns := range r.Namespaces {
		one := jsonRecorded{ID: ns.ID.String(), Dev: ns.ID.Dev, Ino: ns.ID.Ino, Cookie: ns.Cookie, Names: []anyText{}}
		if ns.ID == (netnsctl.ID{}) {
			nsid := int32(ns.NSID)
			one.ID, one.NSID = fmt.Sprint("nsid:", nsid), &nsid
		}
		for _, name := range ns.Names {
			one.Names = append(one.Names, anyText(name))
		}
		j.Namespaces = append(j.Namespaces, one)
	}
	for _, name := range r.Stale {
		j.Stale = append(j.Stale, anyText(name))
	}
	return j
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
	var j jsonRecord
	if err := json.Unmarshal(data, &j); err != nil || j.Boot == "" {
		return discover.Record{}, fmt.Errorf("%s was not written by \"netnsctl snapshot\"", file)
	}
	r := discover.Record{Boot: j.Boot, Taken: j.Taken}
	for _, ns := range j.Namespaces {
		one := discover.Recorded{Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: ns.Dev, Ino: ns.Ino}, Cookie: ns.Cookie}}
		if ns.NSID != nil {
			one.NSID = netnsctl.NSID(*ns.NSID)
		}
		r.Namespaces = append(r.Namespaces, one)
	}
	for _, name := range j.Stale {
		r.Stale = append(r.Stale, string(name))
	}
	return r, nil
}

// checkAgainst lists the namespaces and stale names that a record lacks.
func (u *ui) checkAgainst(call compat.Call, c *cli.Context) error {
	l, err := readListing(u, c, listColumns(), allColumns, row.unnamed)
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
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: l.uses("ADDRESSES")})
	if err != nil {
		return err
	}
	defer snap.Close()
	all := newRows(snap, record)
	rows := arrangeRows(l, all)
	if c.Bool("json") || call.JSON {
		u.print(listJSON(snap, rows, call.Pretty))
	} else {
		u.gaps(snap.Blind, c.Bool("verbose"))
		u.print(l.table(rows))
		text := fmt.Sprintf("%d new since %s", len(all), record.Taken.Local().Format(time.DateTime))
		if hidden := len(all) - len(rows); hidden > 0 {
			text += fmt.Sprintf(", %d not shown by --filter", hidden)
		}
		u.print(text + "\n")
	}
	if len(all) > 0 {
		return status(statusFound)
	}
	return partial(snap.Blind)
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
