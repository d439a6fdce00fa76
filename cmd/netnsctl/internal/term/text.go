// Package term prepares text for a terminal: the width of text in cells, tables with
// columns, order and filters, and colours. The package does no input and no output.
// The caller escapes text before.
package term

import (
	"cmp"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Width is the number of cells, the widths of a monospaced letter, that a text takes.
func Width(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// runeWidth follows Unicode's East Asian Width (UAX #11). A mark that is drawn on the
// character before it takes no cell.
func runeWidth(r rune) int {
	if r < 0x300 { // the first combining mark
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// ellipsis replaces text that is cut off. It takes one cell.
const ellipsis = "…"

// Cut shortens a text at its end to at most limit cells.
func Cut(text string, limit int) string {
	if Width(text) <= limit {
		return text
	}
	if limit <= 0 {
		return ""
	}
	used := 0
	for i, r := range text {
		w := runeWidth(r)
		if used+w > limit-1 {
			return text[:i] + ellipsis
		}
		used += w
	}
	return text
}

// Clip shortens a text in its middle to at most limit cells. It is for names, which
// often differ only at their ends.
func Clip(text string, limit int) string {
	if Width(text) <= limit {
		return text
	}
	if limit <= 0 {
		return ""
	}
	runes := []rune(text)
	head, used := 0, 0
	for ; head < len(runes) && used+runeWidth(runes[head]) <= limit/2; head++ {
		used += runeWidth(runes[head])
	}
	tail := len(runes)
	for ; tail > head && used+1+runeWidth(runes[tail-1]) <= limit; tail-- {
		used += runeWidth(runes[tail-1])
	}
	return string(runes[:head]) + ellipsis + string(runes[tail:])
}

// Pad appends blanks to a text that takes fewer cells.
func Pad(text string, cells int) string {
	return text + strings.Repeat(" ", max(0, cells-Width(text)))
}

// Natural compares texts as people order them: ns2 comes before ns10. Texts that
// differ only in leading zeros are not equal.
func Natural(a, b string) int {
	restA, restB := a, b
	for restA != "" && restB != "" {
		if isDigit(restA[0]) && isDigit(restB[0]) {
			var x, y string
			x, restA = number(restA)
			y, restB = number(restB)
			if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
				return c
			}
			continue
		}
		if restA[0] != restB[0] {
			return cmp.Compare(restA[0], restB[0])
		}
		restA, restB = restA[1:], restB[1:]
	}
	return cmp.Or(cmp.Compare(len(restA), len(restB)), strings.Compare(a, b))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number splits a text into its first digits, without leading zeros, and the rest.
func number(text string) (digits, rest string) {
	rest = strings.TrimLeft(text, "0123456789")
	return strings.TrimLeft(text[:len(text)-len(rest)], "0"), rest
}

// Colour is the colour of a text: the parameter of SGR (ECMA-48), or empty.
type Colour string

// The colours.
const (
	Plain  Colour = ""
	Red    Colour = "31"
	Green  Colour = "32"
	Yellow Colour = "33"
)

// Paint gives the text in the colour.
func (c Colour) Paint(text string) string {
	if c == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// When is the condition on which output is coloured.
type When string

// Auto colours output on a terminal, unless NO_COLOR is set (no-color.org).
const (
	Auto   When = "auto"
	Always When = "always"
	Never  When = "never"
)

// Colours reports whether output is coloured. noColour is the value of NO_COLOR.
func (w When) Colours(terminal bool, noColour string) bool {
	switch w {
	case Always:
		return true
	case Never:
		return false
	}
	return terminal && noColour == ""
}
