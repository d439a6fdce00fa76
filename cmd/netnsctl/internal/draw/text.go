package draw

import (
	"strings"
	"unicode"
)

// cells is how many columns of a terminal, or widths of a monospaced font's
// letter, a text takes.
func cells(text string) int {
	n := 0
	for _, r := range text {
		n += runeCells(r)
	}
	return n
}

// runeCells follows the wide ranges of Unicode's East Asian Width (UAX #11),
// coarsely.
func runeCells(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

// clip shortens a text to so many cells, in its middle: names differ at both
// ends.
func clip(text string, limit int) string {
	if cells(text) <= limit {
		return text
	}
	runes := []rune(text)
	head, width := 0, 0
	for ; head < len(runes) && width+runeCells(runes[head]) <= limit/2; head++ {
		width += runeCells(runes[head])
	}
	tail := len(runes)
	for ; tail > head && width+1+runeCells(runes[tail-1]) <= limit; tail-- {
		width += runeCells(runes[tail-1])
	}
	return string(runes[:head]) + "…" + string(runes[tail:])
}

// pad fills a text up with blanks.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-cells(text)))
}
