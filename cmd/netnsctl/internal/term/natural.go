package term

import (
	"cmp"
	"strings"
)

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
