package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// waitFlag is --wait[=SEC]: seconds, or a duration such as 1m30s.
type waitFlag struct {
	set   bool
	limit time.Duration // 0 for none
}

// waitOf reads the flag --wait.
func waitOf(c *cli.Context) *waitFlag {
	limit, _ := parseDuration(c.String("wait")) // no value is no limit
	return &waitFlag{c.IsSet("wait"), limit}
}

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
		return 0, fmt.Errorf("invalid duration %q (examples: 90, 10m, 3d)", word)
	}
	return d, nil
}
