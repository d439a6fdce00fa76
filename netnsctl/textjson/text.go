package textjson

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Text is a string of any bytes, such as a file name. A JSON string can have only valid
// UTF-8. A Text of valid UTF-8 is encoded as a JSON string, any other as an object with
// two members: "text", where U+FFFD stands for each invalid byte, and "bytes", the whole
// text in base64.
type Text string

type invalid struct {
	Text  string `json:"text"`
	Bytes []byte `json:"bytes"`
}

// MarshalJSON encodes t.
func (t Text) MarshalJSON() ([]byte, error) { return Marshal(string(t)) }

// UnmarshalJSON decodes both forms.
func (t *Text) UnmarshalJSON(data []byte) error {
	if !bytes.HasPrefix(data, []byte("{")) {
		return json.Unmarshal(data, (*string)(t))
	}
	var v invalid
	err := json.Unmarshal(data, &v)
	*t = Text(v.Bytes)
	return err
}

// encodable returns s as encoding/json encodes it without loss.
func encodable(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return invalid{s, []byte(s)}
}

// Texts is a list of texts. Without elements it is encoded as [].
type Texts []string

// MarshalJSON encodes t.
func (t Texts) MarshalJSON() ([]byte, error) { return Marshal([]string(t)) }

// UnmarshalJSON decodes t.
func (t *Texts) UnmarshalJSON(data []byte) error {
	var all []Text
	err := json.Unmarshal(data, &all)
	*t = make(Texts, len(all))
	for i, text := range all {
		(*t)[i] = string(text)
	}
	return err
}
