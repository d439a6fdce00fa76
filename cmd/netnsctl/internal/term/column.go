package term

import (
	"fmt"
	"slices"
	"strings"
)

// Column is a column of a table with rows of type T.
type Column[T any] struct {
	Name string
	// Help is the meaning of the column in a few words.
	Help string
	// Value is the text of the cell.
	Value func(T) string
	// Values are the possible texts of a cell, or nil for any text.
	Values []string
	// Words are texts, beside the cell, that the pattern of a filter may match. Nil: none.
	Words func(T) []string
	// Number is the number of a row, for the order and for < and > in a filter; known is
	// false for a row without a number. Nil: rows are ordered by the text of the cell.
	Number func(T) (n int64, known bool)
	// Parse reads the number after < and >. Nil: filters with < and > are errors.
	Parse func(string) (int64, error)
	// Colour is the colour of the cell. Nil: no colour.
	Colour func(T) Colour
}

// UnknownColumn is the error for a word that is no name of a column.
type UnknownColumn struct {
	Word string
	// Known are the names of all columns.
	Known []string
}

func (e UnknownColumn) Error() string { return fmt.Sprintf("unknown column %q", e.Word) }

// UnknownValue is the error for a word that no cell of a column can have.
type UnknownValue struct {
	Word, Column string
	Known        []string
}

func (e UnknownValue) Error() string {
	return fmt.Sprintf("unknown %s %q", strings.ToLower(e.Column), e.Word)
}

// Names are the names of the columns.
func Names[T any](columns []Column[T]) (names []string) {
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return names
}

// Choose gives the columns of a list such as "NAME,AGE". A list that begins with "+"
// is added to the list standard; an empty list is standard. "all" means every column.
func Choose[T any](all []Column[T], list, standard string) ([]Column[T], error) {
	var chosen []Column[T]
	if list == "" || strings.HasPrefix(list, "+") {
		var err error
		if chosen, err = pick(all, nil, standard); err != nil || list == "" {
			return chosen, err
		}
	}
	return pick(all, chosen, list)
}

// pick appends the columns of a list to chosen.
func pick[T any](all, chosen []Column[T], list string) ([]Column[T], error) {
	for word := range strings.SplitSeq(list, ",") {
		name, added := strings.CutPrefix(strings.TrimSpace(word), "+")
		if strings.EqualFold(name, "all") {
			for _, c := range all {
				if !has(chosen, c.Name) {
					chosen = append(chosen, c)
				}
			}
			continue
		}
		c, err := find(all, name)
		if err != nil {
			return nil, err
		}
		if !added || !has(chosen, c.Name) {
			chosen = append(chosen, c)
		}
	}
	return chosen, nil
}

func has[T any](columns []Column[T], name string) bool {
	return slices.ContainsFunc(columns, func(c Column[T]) bool { return c.Name == name })
}

// find gives the column of a name in upper or lower case.
func find[T any](all []Column[T], name string) (Column[T], error) {
	i := slices.IndexFunc(all, func(c Column[T]) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return Column[T]{}, UnknownColumn{Word: name, Known: Names(all)}
	}
	return all[i], nil
}
