package term

import (
	"cmp"
	"slices"
	"strings"
)

// Order is an order of rows by one column or several.
type Order[T any] []orderKey[T]

type orderKey[T any] struct {
	column   Column[T]
	reversed bool
}

// ParseOrder reads a list such as "STATE,-AGE"; "-" reverses the order of a column.
// An empty list leaves rows as they are.
func ParseOrder[T any](all []Column[T], list string) (Order[T], error) {
	var order Order[T]
	if list == "" {
		return nil, nil
	}
	for word := range strings.SplitSeq(list, ",") {
		name, reversed := strings.CutPrefix(strings.TrimSpace(word), "-")
		c, err := find(all, name)
		if err != nil {
			return nil, err
		}
		order = append(order, orderKey[T]{c, reversed})
	}
	return order, nil
}

// Uses tells whether rows are ordered by a column.
func (o Order[T]) Uses(column string) bool {
	return slices.ContainsFunc(o, func(k orderKey[T]) bool { return k.column.Name == column })
}

// place is where a row stands in the order of one column.
type place struct {
	text    string
	number  int64
	unknown bool
}

// Sort orders rows. Those that are equal in all columns stay as they are; those
// without a number come last, also in the reversed order.
func (o Order[T]) Sort(rows []T) {
	if len(o) == 0 {
		return
	}
	type placed struct {
		row    T
		places []place
	}
	all := make([]placed, len(rows))
	for i, row := range rows {
		all[i].row = row
		for _, k := range o {
			all[i].places = append(all[i].places, k.place(row))
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		for i, k := range o {
			if c := k.compare(a.places[i], b.places[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	for i := range all {
		rows[i] = all[i].row
	}
}

func (k orderKey[T]) place(row T) place {
	if k.column.Number == nil {
		return place{text: k.column.Value(row)}
	}
	n, known := k.column.Number(row)
	return place{number: n, unknown: !known}
}

func (k orderKey[T]) compare(a, b place) int {
	if a.unknown || b.unknown {
		return cmp.Compare(count(a.unknown), count(b.unknown))
	}
	c := cmp.Or(cmp.Compare(a.number, b.number), Natural(a.text, b.text))
	if k.reversed {
		return -c
	}
	return c
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
