package compat

import (
	"bufio"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func writeJSON(pretty bool, write func(*jsonList)) string {
	var b strings.Builder
	j := &jsonList{w: bufio.NewWriter(&b), pretty: pretty}
	j.w.WriteByte('[')
	write(j)
	j.close()
	j.w.Flush()
	return b.String()
}

func TestJSON(t *testing.T) {
	two := func(j *jsonList) {
		j.openObject()
		j.name("a")
		j.number("id", -1)
		j.closeObject()
		j.openObject()
		j.closeObject()
	}
	for _, test := range []struct {
		pretty bool
		write  func(*jsonList)
		want   string
	}{
		{false, func(*jsonList) {}, "[]\n"},
		{true, func(*jsonList) {}, "[ ]\n"},
		{false, two, `[{"name":"a","id":-1},{}]` + "\n"},
		{true, two, "[ {\n        \"name\": \"a\",\n        \"id\": -1\n    },{} ]\n"},
	} {
		if diff := cmp.Diff(test.want, writeJSON(test.pretty, test.write)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestJSONString(t *testing.T) {
	for text, want := range map[string]string{
		"\t\n\r\f\b":       `"\t\n\r\f\b"`,
		`"\`:               `"\"\\"`,
		"'</>&":            `"'</>&"`,
		"\x00\x01\x1f\x7f": `"\u0000\u0001\u001f\u007f"`,
		"é漢😀":              `"é漢😀"`,
		"\xff\xc0\x80":     "\"\xff\xc0\x80\"",
		"\u2028":           "\"\u2028\"",
	} {
		got := writeJSON(false, func(j *jsonList) { j.string(text) })
		if want = "[" + want + "]\n"; got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// FuzzJSON: package encoding/json reads every valid UTF-8 text back.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{"", "a", "\"\\", "\x00\x1f\x7f", "new\nline", "é漢😀", "\xff", "\u2028"} {
		f.Add(seed, int32(5), true)
	}
	f.Fuzz(func(t *testing.T, name string, id int32, pretty bool) {
		text := writeJSON(pretty, func(j *jsonList) {
			j.openObject()
			j.name(name)
			j.number("id", id)
			j.closeObject()
			j.openObject()
			j.name("after")
			j.closeObject()
		})
		if !utf8.ValidString(name) {
			return
		}
		type object struct {
			Name string
			ID   int32
		}
		var got []object
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff([]object{{name, id}, {Name: "after"}}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
