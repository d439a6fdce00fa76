// Package term prepares text for people who look at a terminal: the width of text
// in cells, tables, their columns, order and filters, and colours. It does no input
// or output. All text that it is given must be escaped already.
package term

import (
	"cmp"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Width is how many cells of a terminal, or widths of a monospaced font's letter, a
// text takes.
func Width(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// runeWidth follows Unicode's East Asian Width (UAX #11); marks that are drawn on the
// character before them take no cell.
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

// ellipsis stands for what has been cut off. It takes one cell.
const ellipsis = "…"

// Cut shortens a text to at most limit cells, at its end.
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

// Clip shortens a text to at most limit cells, in its middle: names often differ at
// both ends only.
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

// Pad fills a text up with blanks.
func Pad(text string, cells int) string {
	return text + strings.Repeat(" ", max(0, cells-Width(text)))
}

// Natural compares texts as people order them: ns2 comes before ns10. Texts that
// differ in leading zeros only are still different.
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

// number splits the digits off that a text begins with; leading zeros are dropped.
func number(text string) (digits, rest string) {
	end := 0
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	return strings.TrimLeft(text[:end], "0"), text[end:]
}

// Colour is a colour of a text, as the parameter of SGR (ECMA-48); empty for plain
// text.
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

// When says when output is coloured.
type When string

// Auto is on a terminal, unless the environment has NO_COLOR (no-color.org).
const (
	Auto   When = "auto"
	Always When = "always"
	Never  When = "never"
)

// Colours tells whether output is coloured. noColour is the value of NO_COLOR.
func (w When) Colours(terminal bool, noColour string) bool {
	switch w {
	case Always:
		return true
	case Never:
		return false
	}
	return terminal && noColour == ""
}
