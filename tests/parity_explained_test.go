package tests

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// explanation is a line of testdata/parity.txt.
type explanation struct {
	from, below int // versions, as of versionOf
	pattern     *regexp.Regexp
	why         string
	count       map[string]int // by version
}

func (e *explanation) concerns(version string) bool {
	v := versionOf(version)
	return e.from <= v && v < e.below
}

func (e *explanation) fits(version, text string) bool {
	return e.concerns(version) && e.pattern.MatchString(text)
}

var explanationLine = regexp.MustCompile(`^(\*|<|>=)(\S*)\t+(.*?)\t+(.*)$`)

func readExplanations(t *testing.T) (all []*explanation) {
	text, err := os.ReadFile("testdata/parity.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		m := explanationLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("parity.txt: %q", line)
		}
		e := &explanation{below: 1e9, pattern: regexp.MustCompile("(?s)" + m[3]), why: m[4], count: map[string]int{}}
		switch m[1] {
		case "<":
			e.below = versionOf(m[2])
		case ">=":
			e.from = versionOf(m[2])
		}
		all = append(all, e)
	}
	return all
}

// versionOf is a version as ipVersion gives it.
func versionOf(text string) int {
	var major, minor int
	fmt.Sscanf(text, "%d.%d", &major, &minor)
	return 1000*major + minor
}
