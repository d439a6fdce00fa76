package compat

import "testing"

// TestParseInt has strtol(3)'s rules: nothing of Go's own number syntax, blanks
// in front but not behind.
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
