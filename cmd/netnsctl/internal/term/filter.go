package term

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Filter is a set of conditions on rows.
type Filter[T any] []condition[T]

type condition[T any] struct {
	column   Column[T]
	operator string // one of operators
	pattern  string // of = and !=
	number   int64  // of the others
}

// operators are in the order of the search: ">=" before its prefix ">".
var operators = []string{"!=", ">=", "<=", "=", ">", "<"}

// ParseFilter reads conditions separated by commas: COLUMN=GLOB, COLUMN!=GLOB, and
// COLUMN>NUMBER, <, >=, <= for columns with numbers. All rows pass the filter of an
// empty text.
func ParseFilter[T any](all []Column[T], text string) (Filter[T], error) {
	var filter Filter[T]
	if text == "" {
		return nil, nil
	}
	for word := range strings.SplitSeq(text, ",") {
		c, err := parseCondition(all, strings.TrimSpace(word))
		if err != nil {
			return nil, err
		}
		filter = append(filter, c)
	}
	return filter, nil
}

func parseCondition[T any](all []Column[T], word string) (c condition[T], err error) {
	at := strings.IndexAny(word, "!=<>")
	if at <= 0 {
		return c, invalid(all, word)
	}
	operand := ""
	for _, operator := range operators {
		if rest, ok := strings.CutPrefix(word[at:], operator); ok {
			c.operator, operand = operator, strings.TrimSpace(rest)
			break
		}
	}
	if c.operator == "" || operand == "" {
		return c, invalid(all, word)
	}
	if c.column, err = find(all, strings.TrimSpace(word[:at])); err != nil {
		return c, err
	}
	if c.operator == "=" || c.operator == "!=" {
		c.pattern = glob(operand)
		if _, err := path.Match(c.pattern, ""); err != nil {
			return c, fmt.Errorf("invalid filter %q: %q is not a valid pattern", word, operand)
		}
		if known := c.column.Values; known != nil && !strings.ContainsAny(operand, `*?[\`) && !slices.Contains(known, operand) {
			return c, UnknownValue{operand, c.column.Name, known}
		}
		return c, nil
	}
	if c.column.Parse == nil {
		return c, fmt.Errorf("invalid filter %q: %s cannot be used with %s", word, c.operator, c.column.Name)
	}
	if c.number, err = c.column.Parse(operand); err != nil {
		return c, fmt.Errorf("invalid filter %q: %w", word, err)
	}
	return c, nil
}

func invalid[T any](all []Column[T], word string) error {
	forms := "COLUMN=GLOB or COLUMN!=GLOB"
	if i := slices.IndexFunc(all, func(c Column[T]) bool { return c.Parse != nil }); i >= 0 {
		forms = fmt.Sprintf("COLUMN=GLOB, COLUMN!=GLOB, %[1]s>TIME or %[1]s<TIME", all[i].Name)
	}
	return fmt.Errorf("invalid filter %q: expected %s", word, forms)
}

// glob makes a pattern for path.Match in which "/" is an ordinary character, and the
// bracket of an ID, net:[N], too.
func glob(pattern string) string {
	return plainSlash(strings.ReplaceAll(pattern, ":[", `:\[`))
}

// plainSlash replaces the character that no "*" of path.Match matches.
func plainSlash(text string) string { return strings.ReplaceAll(text, "/", "\x00") }

// Uses reports whether a condition is on a column.
func (f Filter[T]) Uses(column string) bool {
	return slices.ContainsFunc(f, func(c condition[T]) bool { return c.column.Name == column })
}

// Match reports whether a row passes. One of the conditions with = on the same column
// must hold; every other condition must hold.
func (f Filter[T]) Match(row T) bool {
	met := map[string]bool{}
	for _, c := range f {
		switch holds := c.holds(row); {
		case c.operator == "=":
			met[c.column.Name] = met[c.column.Name] || holds
		case !holds:
			return false
		}
	}
	return !slices.Contains(slices.Collect(maps.Values(met)), false)
}

// Apply gives the rows that pass.
func (f Filter[T]) Apply(rows []T) []T {
	if len(f) == 0 {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), func(row T) bool { return !f.Match(row) })
}

func (c condition[T]) holds(row T) bool {
	switch c.operator {
	case "=":
		return c.matches(row)
	case "!=":
		return !c.matches(row)
	}
	n, known := c.column.Number(row)
	switch {
	case !known:
		return false
	case c.operator == ">":
		return n > c.number
	case c.operator == ">=":
		return n >= c.number
	case c.operator == "<":
		return n < c.number
	}
	return n <= c.number
}

// matches compares the pattern with the cell, with each word of the cell, and with the
// further words of the column.
func (c condition[T]) matches(row T) bool {
	cell := c.column.Value(row)
	texts := append([]string{cell}, strings.FieldsFunc(cell, func(r rune) bool { return r == ' ' || r == ',' })...)
	if c.column.Words != nil {
		texts = append(texts, c.column.Words(row)...)
	}
	return slices.ContainsFunc(texts, func(text string) bool {
		ok, _ := path.Match(c.pattern, plainSlash(text)) // parseCondition has checked the pattern
		return ok
	})
}
