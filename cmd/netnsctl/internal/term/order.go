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
	text     string
	number   int64
	unknown  bool
	reversed bool
}

// Sort orders rows. Those that are equal in all columns stay as they are; those
// without a number come last, also in the reversed order.
func (o Order[T]) Sort(rows []T) {
	if len(o) == 0 {
		return
	}
	places := make([][]place, len(rows))
	for i, row := range rows {
		for _, k := range o {
			places[i] = append(places[i], k.place(row))
		}
	}
	unsorted := slices.Clone(rows)
	for i, from := range permutation(places) {
		rows[i] = unsorted[from]
	}
}

// permutation gives the order of places. It is apart from Sort, and not generic, for the
// program to have it once.
func permutation(places [][]place) []int {
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.CompareFunc(places[a], places[b], place.compare) })
	return order
}

func (k orderKey[T]) place(row T) place {
	p := place{reversed: k.reversed}
	if k.column.Number == nil {
		p.text = k.column.Value(row)
		return p
	}
	n, known := k.column.Number(row)
	p.number, p.unknown = n, !known
	return p
}

func (p place) compare(other place) int {
	if p.unknown || other.unknown {
		return count(p.unknown) - count(other.unknown)
	}
	c := cmp.Or(cmp.Compare(p.number, other.number), Natural(p.text, other.text))
	if p.reversed {
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
