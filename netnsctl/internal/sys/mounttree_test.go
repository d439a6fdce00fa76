package sys

import (
	"strings"
	"testing"
)

func TestUnescapeMount(t *testing.T) {
	for in, want := range map[string]string{
		`a\040b`: "a b", `\134\012\011`: "\\\n\t", `\`: `\`, `\04`: `\04`, `\999`: `\999`, "": "",
	} {
		if got := UnescapeMount([]byte(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// FuzzUnescapeMount: what the kernel escapes in mountinfo comes back.
func FuzzUnescapeMount(f *testing.F) {
	for _, seed := range []string{"a b", "\\\n\t ", "\\040", "\xff#", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		UnescapeMount([]byte(path)) // no panic
		var b []byte
		for i := range len(path) {
			if c := path[i]; strings.IndexByte(" \t\n\\#", c) >= 0 { // seq_path's " \t\n\\", and "#" since Linux 6.7
				b = append(b, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
			} else {
				b = append(b, c)
			}
		}
		if got := UnescapeMount(b); got != path {
			t.Errorf("%q comes back as %q", path, got)
		}
	})
}
