package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// column is a row of the one table from which text, -o and the help are made.
type column[T any] struct {
	name  string
	help  string
	value func(T) string
}

// choose gives the columns that a list such as "NAME,AGE" names.
func choose[T any](all []column[T], list string) ([]column[T], error) {
	var chosen []column[T]
	for name := range strings.SplitSeq(list, ",") {
		found := false
		for _, c := range all {
			if strings.EqualFold(c.name, strings.TrimSpace(name)) {
				chosen, found = append(chosen, c), true
			}
		}
		if !found {
			return nil, misuse("unknown column %s%s", quote(name), didYouMean(strings.ToUpper(name), columnNames(all), ""))
		}
	}
	return chosen, nil
}

// table aligns rows. The last column is as wide as it is.
func table[T any](columns []column[T], rows []T, headings bool) string {
	var cells [][]string
	if headings {
		var line []string
		for _, c := range columns {
			line = append(line, c.name)
		}
		cells = append(cells, line)
	}
	for _, row := range rows {
		var line []string
		for _, c := range columns {
			line = append(line, c.value(row))
		}
		cells = append(cells, line)
	}
	width := make([]int, len(columns))
	for _, line := range cells {
		for i, cell := range line {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, line := range cells {
		for i, cell := range line {
			b.WriteString(cell)
			if i < len(line)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// columnHelp lists the columns for the help.
func columnHelp[T any](columns []column[T]) string {
	width := 8
	for _, c := range columns {
		width = max(width, len(c.name))
	}
	var b strings.Builder
	for _, c := range columns {
		fmt.Fprintf(&b, "%-*s %s\n", width, c.name, c.help)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func columnNames[T any](columns []column[T]) (all []string) {
	for _, c := range columns {
		all = append(all, c.name)
	}
	return all
}
