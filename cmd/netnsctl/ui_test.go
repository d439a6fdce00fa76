package main

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	now := time.Unix(1e9, 0)
	for d, want := range map[time.Duration]string{
		0: "0s", 59 * time.Second: "59s", time.Minute: "1m", 119 * time.Minute: "1h", 47 * time.Hour: "47h", 48 * time.Hour: "2d", -time.Second: "-",
	} {
		if got := age(now, now.Add(-d)); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
	if got := age(now, time.Time{}); got != "-" {
		t.Error(got)
	}
}

func TestParseDuration(t *testing.T) {
	for word, want := range map[string]time.Duration{
		"0": 0, "90": 90 * time.Second, "0.5": time.Second / 2, "10m": 10 * time.Minute, "3d": 72 * time.Hour, "1h30m": 90 * time.Minute,
	} {
		if got, err := parseDuration(word); err != nil || got != want {
			t.Errorf("%s: %v, %v", word, got, err)
		}
	}
	for _, word := range []string{"", "soon", "-1", "-5m", "d", "1e300", "NaN", "99999999d"} {
		if got, err := parseDuration(word); err == nil {
			t.Errorf("%s: %v", word, got)
		}
	}
}
