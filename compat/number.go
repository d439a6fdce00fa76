package compat

import (
	"math"
	"strconv"
	"strings"
)

const decimal = "0123456789"

// parseInt reads a whole word as a number of 32 bits, as strtol(3) does.
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

// isUint reports whether strtoul(3) reads a whole word as a number of 32 bits. It
// wraps negative numbers around at 64 bits.
func isUint(word string) bool {
	negative, size, ok := parseC(word)
	if negative {
		size = -size
	}
	return ok && size <= math.MaxUint32
}

// parseC reads a whole word as strtol(3) does with base 0: blanks, a sign, and then
// 0x for hexadecimal or 0 for octal digits. Base 0 of package strconv would also
// take 0b, 0o and underscores.
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
	// With a base other than 0, ParseUint takes digits only.
	size, err := strconv.ParseUint(digits, base, 64)
	return negative, size, err == nil
}
