package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// ui is how the program talks. Results go to standard output; everything else
// goes to standard error, in lines that begin with "netnsctl: ". Names, paths
// and commands may contain any byte but never reach a terminal unescaped.
type ui struct {
	out, err *os.File
	broken   error     // of a write to out
	colour   term.When // whether tables are coloured; empty for automatic
}

// print writes to standard output.
func (u *ui) print(text string) {
	if u.broken != nil {
		return
	}
	if u.broken = netnsctl.CheckStd(int(u.out.Fd())); u.broken == nil {
		_, u.broken = io.WriteString(u.out, text)
	}
}

// note writes a line to standard error.
func (u *ui) note(format string, args ...any) {
	fmt.Fprintln(u.err, "netnsctl: "+escape(fmt.Sprintf(format, args...)))
}

// quote is a name as one word: in quotes, as in Go, where it has blanks or bytes
// that do not show.
func quote(name string) string {
	quoted := strconv.Quote(name)
	if name == "" || quoted[1:len(quoted)-1] != name || strings.Contains(name, " ") {
		return quoted
	}
	return name
}

// quoteAll joins names, each as one word.
func quoteAll(names []string, between string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, between)
}

// escape is text in which what does not show is escaped, as in Go.
func escape(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case strconv.IsPrint(r):
			b.WriteString(text[:size])
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		text = text[size:]
	}
	return b.String()
}

// age is how long ago something was, in the largest unit that fits.
func age(now, then time.Time) string {
	if then.IsZero() {
		return "-"
	}
	switch d := now.Sub(then); {
	case d < 0:
		return "-"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	default:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	}
}
