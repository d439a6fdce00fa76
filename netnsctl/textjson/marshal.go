package textjson

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"time"
)

// Marshal encodes v as [json.Marshal] does, with these differences:
//   - a string is encoded as a [Text];
//   - a slice without elements is [], never null;
//   - a struct field without a tag is left out, and one with the tag textjson:"omitnegative"
//     where it is a negative number;
//   - a struct field with the tag textjson:"brief" is encoded in its short form ([Briefer]);
//   - a time is in UTC, and counts as zero where RFC 3339 has no form for its year;
//   - HTML is not escaped.
//
// Marshal does not call the method MarshalJSON of v itself, so that this method can call
// Marshal.
func Marshal(v any) ([]byte, error) {
	e := newEncoder()
	err := e.contents(reflect.ValueOf(v))
	return e.out.Bytes(), err
}

// Briefer is a type with a shorter form in JSON. It can be decoded from both forms.
type Briefer interface{ Brief() any }

// Encode encodes v, by its own method MarshalJSON if it has one.
func Encode(v any) ([]byte, error) {
	e := newEncoder()
	err := e.value(reflect.ValueOf(v))
	return e.out.Bytes(), err
}

// Join encodes several structs as one object, which has the members of all of them in
// this order. It calls their methods MarshalJSON, and leaves out nil pointers.
func Join(structs ...any) ([]byte, error) {
	var members [][]byte
	for _, s := range structs {
		v := reflect.ValueOf(s)
		if isNil(v) {
			continue
		}
		e := newEncoder()
		if err := e.value(v); err != nil {
			return nil, err
		}
		if object := e.out.Bytes(); len(object) > len("{}") {
			members = append(members, object[1:len(object)-1])
		}
	}
	return append(append([]byte("{"), bytes.Join(members, []byte(","))...), '}'), nil
}

type encoder struct {
	out  bytes.Buffer
	json *json.Encoder // writes to out
}

func newEncoder() *encoder {
	e := &encoder{}
	e.json = json.NewEncoder(&e.out)
	e.json.SetEscapeHTML(false)
	return e
}

// value encodes v by its own method if it has one.
func (e *encoder) value(v reflect.Value) error {
	if v.Type().Implements(reflect.TypeFor[json.Marshaler]()) && v.Type() != reflect.TypeFor[time.Time]() && !isNil(v) {
		data, err := v.Interface().(json.Marshaler).MarshalJSON()
		e.out.Write(data)
		return err
	}
	return e.contents(v)
}

func (e *encoder) contents(v reflect.Value) error {
	switch t := v.Type(); {
	case t == reflect.TypeFor[string]():
		return e.plain(encodable(v.String()))
	case t == reflect.TypeFor[time.Time]():
		return e.plain(v.Interface().(time.Time).UTC())
	case t.Kind() == reflect.Pointer && !v.IsNil():
		return e.value(v.Elem())
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return e.slice(v)
	case t.Kind() == reflect.Struct && !t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return e.object(v)
	}
	return e.plain(v.Interface())
}

// plain encodes v as encoding/json does, but for the newline that follows.
func (e *encoder) plain(v any) error {
	err := e.json.Encode(v)
	e.out.Truncate(len(bytes.TrimSuffix(e.out.Bytes(), []byte("\n"))))
	return err
}

func (e *encoder) slice(v reflect.Value) error {
	e.out.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			e.out.WriteByte(',')
		}
		if err := e.value(v.Index(i)); err != nil {
			return err
		}
	}
	e.out.WriteByte(']')
	return nil
}

func (e *encoder) object(v reflect.Value) error {
	before := byte('{')
	for i := range v.NumField() {
		key, option := keyOf(v.Type().Field(i))
		if key == "" || isLeftOut(v.Field(i), option) {
			continue
		}
		e.out.WriteByte(before)
		before = ','
		e.out.WriteString(`"` + key + `":`)
		member := v.Field(i)
		if option == "brief" && !isNil(member) {
			short, _ := reflect.TypeAssert[Briefer](member)
			member = reflect.ValueOf(short.Brief())
		}
		if err := e.value(member); err != nil {
			return err
		}
	}
	if before == '{' {
		e.out.WriteByte(before)
	}
	e.out.WriteByte('}')
	return nil
}

func isNil(v reflect.Value) bool { return v.Kind() == reflect.Pointer && v.IsNil() }

// isLeftOut reports whether a field with this option in its tag is left out.
func isLeftOut(v reflect.Value, option string) bool {
	switch option {
	case "", "brief":
		return false
	case "omitnegative":
		return v.Int() < 0
	}
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		return !IsKnown(t)
	}
	return v.IsZero() || option == "omitempty" && v.Kind() == reflect.Slice && v.Len() == 0
}

// IsKnown reports whether t is neither zero nor a time that RFC 3339 has no form for.
func IsKnown(t time.Time) bool {
	year := t.UTC().Year()
	return !t.IsZero() && year >= 0 && year <= 9999
}
