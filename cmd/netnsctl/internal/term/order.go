package term

import (
	"cmp"
	"slices"
	"strings"
)

// Order is an order of rows by columns; the first column counts most.
type Order[T any] []orderKey[T]

type orderKey[T any] struct {
	column   Column[T]
	reversed bool
}

// ParseOrder reads a list such as "STATE,-AGE"; "-" reverses the order of a column.
// An empty list is no order.
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

// Uses reports whether the order depends on a column.
func (o Order[T]) Uses(column string) bool {
	return slices.ContainsFunc(o, func(k orderKey[T]) bool { return k.column.Name == column })
}

// Sort orders rows. Rows that are equal in all columns keep their order. Rows without
// a number come last, also in the reversed order.
func (o Order[T]) Sort(rows []T) {
	if len(o) == 0 {
		return
	}
	// Each cell is computed once: some cost much.
	type keyed struct {
		row  T
		keys []sortKey
	}
	all := make([]keyed, len(rows))
	for i, row := range rows {
		all[i].row = row
		for _, k := range o {
			all[i].keys = append(all[i].keys, k.of(row))
		}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return slices.CompareFunc(a.keys, b.keys, sortKey.compare) })
	for i := range all {
		rows[i] = all[i].row
	}
}

// sortKey is the value of a row in one column.
type sortKey struct {
	text     string
	number   int64
	unknown  bool
	reversed bool
}

func (k orderKey[T]) of(row T) sortKey {
	if k.column.Number == nil {
		return sortKey{text: k.column.Value(row), reversed: k.reversed}
	}
	n, known := k.column.Number(row)
	return sortKey{number: n, unknown: !known, reversed: k.reversed}
}

func (k sortKey) compare(other sortKey) int {
	switch c := cmp.Or(cmp.Compare(k.number, other.number), Natural(k.text, other.text)); {
	case k.unknown && other.unknown:
		return 0
	case k.unknown:
		return 1
	case other.unknown:
		return -1
	case k.reversed:
		return -c
	default:
		return c
	}
}
