package early

import (
	"strings"
	"testing"
)

func TestIsForMain(t *testing.T) {
	for line, want := range map[string]bool{
		"":                            false,
		"list":                        false,
		"-j -p list":                  false,
		"exec a /bin/ls -l":           false,
		"exec a sleep 7":              false,
		"attach a 77":                 true,
		"at a /run/ns":                true,
		"attach b a":                  true,
		"attach a 4026532177":         true,
		"add 77":                      false,
		"delete 77":                   true,
		"set a 77":                    false,
		"list --stale":                true,
		"-b -":                        true,
		"-batch file":                 true,
		"-V":                          true,
		"-help":                       true,
		"exec net:[4026532177] true":  true,
		"exec pid:1 true":             true,
		"ex 4026532177 true":          true,
		"p /run/ns":                   true,
		"-n /proc/1/ns/net list":      true,
		"-n pid:1 list":               true,
		"-netns 4026532177 list":      true,
		"find 10.0.0.1":               true,
		"-all exec true":              false,
		"-test.run=^TestIsForMain$":   true,
		"-all exec --parallel 4 true": true,
	} {
		if got := isForMain(append([]string{"netnsctl"}, strings.Fields(line)...)); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}
