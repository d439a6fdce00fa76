package sys

import "testing"

func TestUnescapeMount(t *testing.T) {
	for in, want := range map[string]string{
		`a\040b`: "a b", `\134\012\011`: "\\\n\t", `\`: `\`, `\04`: `\04`, `\999`: `\999`, "": "",
	} {
		if got := UnescapeMount([]byte(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
