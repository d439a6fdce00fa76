package term

import (
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
