package keep

import (
	"strconv"
	"strings"
	"testing"
)

// BenchmarkFind compares a name with as many lines as there may be.
func BenchmarkFind(b *testing.B) {
	for _, line := range []string{"x-#", "x-#*", "/srv/#/*", "srv/#/x"} {
		b.Run(line, func(b *testing.B) {
			var text strings.Builder
			for i := range maxRules {
				text.WriteString(strings.ReplaceAll(line, "#", strconv.Itoa(i)) + "\n")
			}
			rules, _ := parse("f", text.String())
			s := Subject{Names: []string{"cni-4f2a"}, Paths: []string{"/run/netns/cni-4f2a"}}
			for b.Loop() {
				rules.First(s)
			}
		})
	}
}
