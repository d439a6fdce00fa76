package compat

import (
	"math"
	"strconv"
	"strings"
)

// parseInt reads a whole word as a 32 bit number, as C's strtol(3) does.
func parseInt(word string) (n int32, ok bool) {
	negative, size, ok := parseC(word)
	switch {
	case ok && !negative && size <= math.MaxInt32:
		return int32(size), true
	case ok && negative && size <= -math.MinInt32:
		return int32(-int64(size)), true
	}
	return 0, false
}

// isUint tells whether a word is a 32 bit number as C's strtoul(3) reads it: a
// negative one wraps around at 64 bits.
func isUint(word string) bool {
	negative, size, ok := parseC(word)
	if negative {
		size = -size
	}
	return ok && size <= math.MaxUint32
}

// parseC reads a whole word as C does with base 0: blanks, a sign, then 0x for
// hexadecimal, 0 for octal. Go's base 0 takes other forms too.
func parseC(word string) (negative bool, size uint64, ok bool) {
	digits := strings.TrimLeft(word, " \t\n\v\f\r")
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		negative, digits = digits[0] == '-', digits[1:]
	}
	base := 10
	switch {
	case len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X"):
		base, digits = 16, digits[2:]
	case len(digits) > 1 && digits[0] == '0':
		base, digits = 8, digits[1:]
	}
	// With a base of its own ParseUint takes digits and nothing else.
	size, err := strconv.ParseUint(digits, base, 64)
	return negative, size, err == nil
}
