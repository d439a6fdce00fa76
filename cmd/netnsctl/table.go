package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// column is a column of a table. Tables, -o, --sort, --filter and the help are made
// from the same columns.
type column[T any] = term.Column[T]

// listing is the parsed flags of a command that prints a table.
type listing[T any] struct {
	columns []column[T]
	order   term.Order[T]
	filter  term.Filter[T]
	style   term.Style
}

// readListing reads the flags of a table; standard are the columns by default, and none is shown
// where the call prints no table. Where the column ID is shown, the first column shows "-" for the
// rows that unnamed is true of, instead of the same ID; unnamed may be nil.
func readListing[T any](u *ui, call compat.Call, c *cli.Context, all []column[T], standard string, unnamed func(T) bool) (l listing[T], err error) {
	if l.columns, err = term.Choose(all, c.String("output"), standard); err != nil {
		return l, columnError(err)
	}
	if c.Bool("quiet") || c.Bool("json") || call.JSON {
		l.columns = nil
	}
	if l.order, err = term.ParseOrder(all, c.String("sort")); err != nil {
		return l, columnError(err)
	}
	if l.filter, err = term.ParseFilter(all, strings.Join(c.StringSlice("filter"), ",")); err != nil {
		return l, columnError(err)
	}
	if unnamed != nil && l.shows("ID") {
		for i, c := range l.columns {
			if c.Name == all[0].Name {
				l.columns[i].Value = func(row T) string {
					if unnamed(row) {
						return "-"
					}
					return c.Value(row)
				}
			}
		}
	}
	fd := int(u.out.Fd())
	noColour, _ := proc.Getenv("NO_COLOR")
	l.style = term.Style{Headings: !c.Bool("noheadings"), Colours: u.colour.Colours(proc.IsTerminal(fd), noColour)}
	if !c.Bool("no-trunc") {
		l.style.Width = proc.TerminalWidth(fd)
	}
	return l, nil
}

// uses reports whether a column is shown, or is in --sort or --filter.
func (l listing[T]) uses(column string) bool {
	return l.shows(column) || l.order.Uses(column) || l.filter.Uses(column)
}

func (l listing[T]) shows(name string) bool {
	return slices.Contains(term.Names(l.columns), name)
}

// arrange gives the rows that pass --filter, in the order of --sort.
func (l listing[T]) arrange(rows []T) []T {
	rows = l.filter.Apply(rows)
	l.order.Sort(rows)
	return rows
}

// table is the text of rows. Without rows it has no headings either.
func (l listing[T]) table(rows []T) string {
	if len(rows) == 0 {
		return ""
	}
	return term.Table(l.columns, rows, l.style)
}

// columnHelp lists the columns for the help.
func columnHelp[T any](columns []column[T]) string {
	var b strings.Builder
	b.WriteString("Columns:\n")
	for _, c := range columns {
		b.WriteString(entry(helpColumn, c.Name, c.Help))
	}
	return b.String()
}

// columnError is the usage error for a mistake in a flag of a table. It suggests the
// nearest column or value.
func columnError(err error) error {
	if unknown, ok := errors.AsType[term.UnknownColumn](err); ok {
		if unknown.Word == "" {
			return misuse("a column is missing")
		}
		return misuse("unknown column %s%s", quote(unknown.Word), didYouMean(unknown.Word, unknown.Known, ""))
	}
	if unknown, ok := errors.AsType[term.UnknownValue](err); ok {
		return misuse("%v%s", err, didYouMean(unknown.Word, unknown.Known, strings.Join(unknown.Known, ", ")))
	}
	return usageError{err}
}

// addAddresses fills in the addresses of rows, whose snapshot holds the namespaces
// open. It reads each namespace once. of gives the row to fill in.
func addAddresses[T any](rows []T, of func(*T) *row) {
	addresses := map[*discover.Namespace]string{nil: ""}
	var all []*discover.Namespace
	for i := range rows {
		ns := of(&rows[i]).ns
		if _, known := addresses[ns]; !known {
			addresses[ns] = "?"
			all = append(all, ns)
		}
	}
	for i, contents := range inside.Read(discover.Handles(all), inside.Wanted{Addresses: true}) {
		if all[i].Held() && contents.Err == nil {
			addresses[all[i]] = addressList(contents.Addresses)
		}
	}
	for i := range rows {
		r := of(&rows[i])
		r.addresses = addresses[r.ns]
	}
}

// addressList leaves out the addresses that every namespace has.
func addressList(all []inside.Address) string {
	var words []string
	for _, a := range all {
		if addr := a.Prefix.Addr(); !addr.IsLoopback() && !addr.IsLinkLocalUnicast() {
			words = append(words, a.Prefix.String())
		}
	}
	return strings.Join(words, ",")
}

// withoutPrefixLengths splits an address list into addresses.
func withoutPrefixLengths(list string) []string {
	words := strings.Split(list, ",")
	for i, word := range words {
		words[i], _, _ = strings.Cut(word, "/")
	}
	return words
}
