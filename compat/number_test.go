package compat

import (
	"errors"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// TestParseInt: numbers have the syntax of strtol(3), not Go's, with blanks before
// but not behind them.
func TestParseInt(t *testing.T) {
	good := map[string]int32{
		"0": 0, "7": 7, "-1": -1, "+5": 5, "-0": 0, " 5": 5, "\t\n\v\f\r5": 5, " -5": -5,
		"010": 8, "00": 0, "0x10": 16, "0XfF": 255, "-0x1": -1, "-010": -8, "+0x7fffffff": 2147483647,
		"2147483647": 2147483647, "-2147483648": -2147483648, "0000000000000000000007": 7,
	}
	for word, want := range good {
		if got, ok := parseInt(word); !ok || got != want {
			t.Errorf("%q is %d, %v; want %d", word, got, ok, want)
		}
	}
	for _, word := range []string{
		"", " ", "x", "5 ", "5x", "0x", "0xg", "08", "1_0", "0_7", "0o7", "1e3", "1.0", "--1", "+-1", "- 1", "0x-1", "0-1",
		"0x1_0", "2147483648", "-2147483649", "9223372036854775808", "99999999999999999999999", "\u0665", "5\x00",
	} {
		if got, ok := parseInt(word); ok {
			t.Errorf("%q is taken for %d", word, got)
		}
	}
}

func TestIsUint(t *testing.T) {
	for word, want := range map[string]bool{
		"0": true, "4096": true, "0x10": true, "4294967295": true, "+1": true,
		"4294967296": false, "-1": false, " -1": false, "": false, "x": false, "1x": false,
	} {
		if got := isUint(word); got != want {
			t.Errorf("%q: %v", word, got)
		}
	}
}

// FuzzNumber: a number is read as strtol(3) reads it, or refused.
func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"0", "-1", "+7", " 010", "0x1F", "0X", "08", "2147483648", "-2147483648", "1_0", "0b1", "0o7", "18446744073709551616", "5 ", "-0x80000000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		n, ok := parseInt(word)
		want, valid := strtol(word)
		valid = valid && want.IsInt64() && want.Int64() == int64(int32(want.Int64()))
		if ok != valid || ok && int64(n) != want.Int64() {
			t.Errorf("%q: %d, %v; want %s, %v", word, n, ok, want, valid)
		}
		isUint(word) // no panic
	})
}

var strtolWord = regexp.MustCompile(`^[ \t\n\v\f\r]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))$`)

// strtol is the grammar of the C standard: blanks, a sign, a prefix and digits.
func strtol(word string) (n *big.Int, ok bool) {
	m := strtolWord.FindStringSubmatch(word)
	if m == nil {
		return nil, false
	}
	for i, base := range map[int]int{2: 16, 3: 8, 4: 10} {
		if m[i] != "" {
			n, ok = new(big.Int).SetString(m[1]+m[i], base)
		}
	}
	return n, ok
}

// FuzzListIDWords: the arguments of list-id give nsids or a failure.
func FuzzListIDWords(f *testing.F) {
	for _, seed := range []string{"", "nsid 5", "target-nsid 0 nsid 0x10", "nsid", "nsid -1 x", "nsid 1 nsid 2", "target-nsid x", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		filter, err := parseNSIDFilter(strings.Fields(line))
		for _, n := range []*netnsctl.NSID{filter.nsid, filter.target} {
			if err == nil && n != nil && *n < 0 {
				t.Errorf("%q: %d", line, *n)
			}
		}
		var f *failure
		if err != nil && (!errors.As(err, &f) || f.status == 0) {
			t.Errorf("%q: %v", line, err)
		}
	})
}
