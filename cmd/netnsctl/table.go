package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// column is a column of a table. The tables, -o, --sort, --filter and the help are
// made from the same columns.
type column[T any] = term.Column[T]

// listing is what the flags of a table ask for.
type listing[T any] struct {
	columns []column[T]
	order   term.Order[T]
	filter  term.Filter[T]
	style   term.Style
}

// readListing reads the flags of a table; standard are the columns by default.
func readListing[T any](u *ui, c *cli.Context, all []column[T], standard string) (l listing[T], err error) {
	if l.columns, err = term.Choose(all, c.String("output"), standard); err != nil {
		return l, columnError(err)
	}
	if l.order, err = term.ParseOrder(all, c.String("sort")); err != nil {
		return l, columnError(err)
	}
	if l.filter, err = term.ParseFilter(all, strings.Join(c.StringSlice("filter"), ",")); err != nil {
		return l, columnError(err)
	}
	l.style = u.style(c)
	return l, nil
}

// style cuts rows to the width of a terminal and colours them there.
func (u *ui) style(c *cli.Context) term.Style {
	fd := int(u.out.Fd())
	noColour, _ := netnsctl.Getenv("NO_COLOR")
	style := term.Style{Headings: !c.Bool("noheadings"), Colours: u.colour.Colours(netnsctl.IsTerminal(fd), noColour)}
	if !c.Bool("no-trunc") {
		style.Width = netnsctl.TerminalWidth(fd)
	}
	return style
}

// uses tells whether a column is shown, or rows are ordered or filtered by it.
func (l listing[T]) uses(column string) bool {
	return l.shows(column) || l.order.Uses(column) || l.filter.Uses(column)
}

func (l listing[T]) shows(name string) bool {
	return slices.Contains(term.Names(l.columns), name)
}

// arrange gives the rows that pass the filter, in the order that was asked for.
func (l listing[T]) arrange(rows []T) []T {
	rows = l.filter.Apply(rows)
	l.order.Sort(rows)
	return rows
}

// table shows rows; with none there are no headings either.
func (l listing[T]) table(rows []T) string {
	if len(rows) == 0 {
		return ""
	}
	return term.Table(l.columns, rows, l.style)
}

// nameOnce has the column name show "-" for what has none where the column ID is
// shown as well, instead of the same ID.
func (l listing[T]) nameOnce(name string, unnamed func(T) bool) {
	if !l.shows("ID") {
		return
	}
	for i, c := range l.columns {
		if c.Name == name {
			l.columns[i].Value = func(row T) string {
				if unnamed(row) {
					return "-"
				}
				return c.Value(row)
			}
		}
	}
}

// table shows rows as in a file, all columns of them.
func table[T any](columns []column[T], rows []T, headings bool) string {
	return term.Table(columns, rows, term.Style{Headings: headings})
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

// columnError is a mistake in a flag of a table, with the nearest column for one
// that does not exist.
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

const addressesHelp = "its addresses, without loopback and link-local ones; ? where they cannot be read"

// readAddresses reads the addresses in namespaces that their snapshot holds open, once
// in each; nil stands for no namespace.
func readAddresses(namespaces []*discover.Namespace) map[*discover.Namespace]string {
	found := map[*discover.Namespace]string{nil: ""}
	var all []*discover.Namespace
	for _, ns := range namespaces {
		if _, known := found[ns]; !known {
			found[ns] = ""
			all = append(all, ns)
		}
	}
	for i, contents := range inside.Read(discover.Handles(all), inside.Wanted{Addresses: true}) {
		if !all[i].Held() || contents.Err != nil {
			found[all[i]] = "?"
			continue
		}
		found[all[i]] = tellingAddresses(contents.Addresses)
	}
	return found
}

// tellingAddresses leaves out those that every namespace has.
func tellingAddresses(all []inside.Address) string {
	var words []string
	for _, a := range all {
		if addr := a.Prefix.Addr(); !addr.IsLoopback() && !addr.IsLinkLocalUnicast() {
			words = append(words, a.Prefix.String())
		}
	}
	return strings.Join(words, ",")
}

// bareAddresses are without the length of their prefix.
func bareAddresses(addresses string) []string {
	words := strings.Split(addresses, ",")
	for i, word := range words {
		words[i], _, _ = strings.Cut(word, "/")
	}
	return words
}

// addAddresses fills in the addresses of rows: cell gives a row's namespace, and where
// its addresses go.
func addAddresses[T any](rows []T, cell func(*T) (*discover.Namespace, *string)) {
	all := make([]*discover.Namespace, len(rows))
	for i := range rows {
		all[i], _ = cell(&rows[i])
	}
	found := readAddresses(all)
	for i := range rows {
		ns, addresses := cell(&rows[i])
		*addresses = found[ns]
	}
}
