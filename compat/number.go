package compat

import (
	"math"
	"strconv"
	"strings"
)

// parseInt reads a whole word as a 32 bit number.
func parseInt(word string) (n int32, ok bool) {
	v, ok := strtol(word)
	return int32(v), ok && v >= math.MinInt32 && v <= math.MaxInt32
}

// isUint tells whether a word is a 32 bit number without a sign.
func isUint(word string) bool {
	v, ok := strtol(word)
	return ok && v >= 0 && v <= math.MaxUint32 && !strings.HasPrefix(word, "-")
}

// strtol reads a whole word as C's strtol(3) does with base 0: blanks, a sign,
// then 0x for hexadecimal, 0 for octal. Go's base 0 takes other forms too.
func strtol(word string) (v int64, ok bool) {
	digits := strings.TrimLeft(word, " \t\n\v\f\r")
	sign := ""
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		sign, digits = digits[:1], digits[1:]
	}
	base := 10
	switch {
	case len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X"):
		base, digits = 16, digits[2:]
	case len(digits) > 1 && digits[0] == '0':
		base, digits = 8, digits[1:]
	}
	if digits == "" || digits[0] == '-' || digits[0] == '+' {
		return 0, false
	}
	v, err := strconv.ParseInt(sign+digits, base, 64)
	return v, err == nil
}
