package netnsctl

import (
	"strings"
	"testing"
)

func TestParseIno(t *testing.T) {
	for text, want := range map[string]uint64{
		"net:[4026531840]": 4026531840, "4026531840": 4026531840, "1": 1, "net:[18446744073709551615]": 1<<64 - 1,
	} {
		if got, ok := ParseIno(text); !ok || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "0", "net:[0]", "net:[]", "net:[1", "net:1]", "net:1", "mnt:[1]", "[1]", "-1", "+1", "0x1", "1 ", " 1", "1_0",
		"net:[-1]", "net:[1]]", "net:[net:[1]]", "18446744073709551616", "x",
	} {
		if got, ok := ParseIno(text); ok {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}

// FuzzParseIno: what is understood is the ID's own text, or its number.
func FuzzParseIno(f *testing.F) {
	for _, seed := range []string{"net:[4026531840]", "1", "", "net:[", "net:[01]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ino, ok := ParseIno(text)
		if !ok {
			return
		}
		again, ok := ParseIno(ID{Ino: ino}.String())
		if !ok || again != ino {
			t.Errorf("%q is %d, whose text is %d", text, ino, again)
		}
		if strings.Trim(text, "net:[]0123456789") != "" {
			t.Errorf("%q is taken for %d", text, ino)
		}
	})
}
