package compat

import (
	"bufio"
	"strconv"
)

// jsonList writes iproute2's JSON: a list of flat objects, plain or pretty. It
// escapes as iproute2 does since 7.0: control characters and DEL, quote and
// backslash; all other bytes stay as they are, invalid UTF-8 too.
type jsonList struct {
	w      *bufio.Writer
	pretty bool
	// written counts what the enclosing list or object has so far.
	objects, members int
}

func (s *session) newJSON() *jsonList {
	s.out.WriteByte('[')
	return &jsonList{w: s.out.Writer, pretty: s.opts.pretty}
}

// close ends the list. `ip` writes it out then, whatever comes after.
func (j *jsonList) close() {
	if j.pretty {
		j.w.WriteByte(' ')
	}
	j.w.WriteString("]\n")
	j.w.Flush()
}

func (j *jsonList) openObject() {
	switch {
	case j.objects > 0:
		j.w.WriteByte(',')
	case j.pretty:
		j.w.WriteByte(' ')
	}
	j.objects++
	j.members = 0
	j.w.WriteByte('{')
}

func (j *jsonList) closeObject() {
	if j.pretty && j.members > 0 {
		j.w.WriteString("\n    ")
	}
	j.w.WriteByte('}')
}

func (j *jsonList) key(name string) {
	if j.members > 0 {
		j.w.WriteByte(',')
	}
	j.members++
	if j.pretty {
		j.w.WriteString("\n        ")
	}
	j.string(name)
	j.w.WriteByte(':')
	if j.pretty {
		j.w.WriteByte(' ')
	}
}

func (j *jsonList) number(name string, n int32) {
	j.key(name)
	j.w.WriteString(strconv.Itoa(int(n)))
}

// name is the member that names a namespace.
func (j *jsonList) name(value string) {
	j.key("name")
	j.string(value)
}

func (j *jsonList) string(s string) {
	const hex = "0123456789abcdef"
	j.w.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\t':
			j.w.WriteString(`\t`)
		case c == '\n':
			j.w.WriteString(`\n`)
		case c == '\r':
			j.w.WriteString(`\r`)
		case c == '\f':
			j.w.WriteString(`\f`)
		case c == '\b':
			j.w.WriteString(`\b`)
		case c == '\\' || c == '"':
			j.w.WriteByte('\\')
			j.w.WriteByte(c)
		case c < 0x20 || c == 0x7f:
			j.w.WriteString(`\u00`)
			j.w.WriteByte(hex[c>>4])
			j.w.WriteByte(hex[c&0xf])
		default:
			j.w.WriteByte(c)
		}
	}
	j.w.WriteByte('"')
}
