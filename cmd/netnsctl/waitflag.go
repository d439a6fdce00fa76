package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// waitFlag is --wait[=SEC]: seconds, or a duration such as 1m30s.
type waitFlag struct {
	set   bool
	limit time.Duration // 0 for none
}

// Set takes "true" for a flag without a value, as the flag package gives it.
func (w *waitFlag) Set(value string) error {
	w.set = true
	if value == "true" {
		w.limit = 0
		return nil
	}
	d, err := parseDuration(value)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no time to wait", value)
	}
	w.limit = d
	return nil
}

func (w *waitFlag) String() string { return "" }

// IsBoolFlag tells the flag package that the value is in the same word, if there
// is one.
func (w *waitFlag) IsBoolFlag() bool { return true }

// parseDuration reads seconds, a Go duration, or days such as 3d.
func parseDuration(word string) (time.Duration, error) {
	if secs, err := strconv.ParseFloat(word, 64); err == nil && secs >= 0 && secs < 1e9 {
		return time.Duration(secs * float64(time.Second)), nil
	}
	if days, ok := strings.CutSuffix(word, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(word)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no duration", word)
	}
	return d, nil
}
