package textjson_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

type outer struct {
	Word    string    `json:"word"`
	Words   []string  `json:"words"`
	Few     []string  `json:"few,omitempty"`
	Born    time.Time `json:"born,omitzero"`
	Inner   *inner    `json:"inner"`
	All     []inner   `json:"all"`
	Number  *int      `json:"number,omitempty"`
	Bytes   []byte    `json:"bytes,omitempty"`
	FD      int       `json:"fd" textjson:"omitnegative"`
	Without string
	Ignored string `json:"-"`
}

type inner struct {
	Name string `json:"name,omitempty"`
}

func (i inner) MarshalJSON() ([]byte, error)     { return textjson.Marshal(i) }
func (i *inner) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, i) }

func (o outer) MarshalJSON() ([]byte, error)     { return textjson.Marshal(o) }
func (o *outer) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, o) }

// TestMarshal: what is encoded has the expected form, and decodes to the same value.
func TestMarshal(t *testing.T) {
	zero := 0
	born := time.Date(2026, 11, 28, 20, 0, 0, 5, time.UTC)
	for _, c := range []struct {
		value outer
		text  string
	}{
		{outer{}, `{"word":"","words":[],"inner":null,"all":[],"fd":0}`},
		{
			outer{FD: -1, Word: "<a&b>\n", Words: []string{"x", "\xff"}, Few: []string{"\xfe"}},
			`{"word":"<a&b>\n","words":["x",{"text":"\ufffd","bytes":"/w=="}],"few":[{"text":"\ufffd","bytes":"/g=="}],"inner":null,"all":[]}`,
		},
		{
			outer{Word: "a\xffb", Words: []string{}, Born: born, Inner: &inner{}, All: []inner{{"\x80"}, {}}, Number: &zero, Bytes: []byte("a"), FD: 7},
			`{"word":{"text":"a\ufffdb","bytes":"Yf9i"},"words":[],"born":"2026-11-28T20:00:00.000000005Z",` +
				`"inner":{},"all":[{"name":{"text":"\ufffd","bytes":"gA=="}},{}],"number":0,"bytes":"YQ==","fd":7}`,
		},
	} {
		text, err := c.value.MarshalJSON()
		if err != nil || string(text) != c.text {
			t.Errorf("%+v, %v:\n%s\nwant\n%s", c.value, err, text, c.text)
		}
		back := outer{FD: -1}
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(back)
		escaped, _ := json.Marshal(c.value)
		if err != nil || string(again) != string(escaped) || !reflect.DeepEqual(back.All, append([]inner{}, c.value.All...)) {
			t.Errorf("%+v became %+v, %v:\n%s", c.value, back, err, again)
		}
	}
}

// TestTimes: a time that RFC 3339 has no form for is left out, and all others are in UTC.
func TestTimes(t *testing.T) {
	for _, c := range []struct {
		born time.Time
		text string
	}{
		{time.Unix(1<<62, 0), ""},
		{time.Unix(-1<<62, 0), ""},
		{time.Unix(0, 0).In(time.FixedZone("x", 3600)), `"born":"1970-01-01T00:00:00Z"`},
	} {
		text, err := textjson.Marshal(outer{Born: c.born})
		if err != nil || !strings.Contains(string(text), c.text) || strings.Contains(string(text), "born") != (c.text != "") {
			t.Errorf("%v, %v: %s", c.born, err, text)
		}
	}
}

// TestJoin: one object has the members of several structs, also of one without any.
func TestJoin(t *testing.T) {
	more := struct {
		More int `json:"more"`
	}{1}
	for want, parts := range map[string][]any{
		`{"name":"a","more":1}`: {inner{"a"}, &more},
		`{"more":1}`:            {inner{}, more},
		`{}`:                    {inner{}, (*inner)(nil)},
	} {
		if text, err := textjson.Join(parts...); err != nil || string(text) != want {
			t.Errorf("%v: %s, want %s", err, text, want)
		}
	}
}

// TestInvalid: an error is returned, not a part of a document.
func TestInvalid(t *testing.T) {
	if text, err := textjson.Marshal(struct {
		F func() `json:"f"`
	}{}); err == nil {
		t.Errorf("a function is encoded as %s", text)
	}
	for _, text := range []string{`{"word":1}`, `{"words":{}}`, `{"word":{"bytes":1}}`, `[]`, `{`} {
		if err := json.Unmarshal([]byte(text), new(outer)); err == nil {
			t.Errorf("%s is decoded", text)
		}
	}
}
