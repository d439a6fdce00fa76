package textjson

import (
	"cmp"
	"encoding/json"
	"reflect"
	"strings"
)

// Unmarshal decodes what [Marshal] has encoded into v, a pointer to a struct. It calls the
// methods UnmarshalJSON of the struct's fields, not that of v itself. Keys that v does not
// have are ignored.
func Unmarshal(data []byte, v any) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	object := reflect.ValueOf(v).Elem()
	for i := range object.NumField() {
		key, _ := keyOf(object.Type().Field(i))
		member, found := members[key]
		if !found {
			continue
		}
		field := object.Field(i).Addr()
		switch field.Type().Elem() {
		case reflect.TypeFor[string]():
			field = field.Convert(reflect.TypeFor[*Text]())
		case reflect.TypeFor[[]string]():
			field = field.Convert(reflect.TypeFor[*Texts]())
		}
		if err := json.Unmarshal(member, field.Interface()); err != nil {
			return err
		}
	}
	return nil
}

// keyOf returns the key of a struct field, empty if it has none, and the option in its tags.
func keyOf(f reflect.StructField) (key, option string) {
	key, option, _ = strings.Cut(f.Tag.Get("json"), ",")
	if key == "-" {
		key = ""
	}
	return key, cmp.Or(f.Tag.Get("textjson"), option)
}
