package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf16"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// ui is the program's input and output. Results go to standard output. Everything
// else goes to standard error, in lines that begin with "netnsctl: ". Names, paths and
// commands may contain any byte: quote or escape them before they reach a terminal.
type ui struct {
	out, err *os.File
	broken   error     // the first failed write to out
	colour   term.When // whether tables are coloured; empty means automatic
}

// print writes to standard output.
func (u *ui) print(text string) {
	if u.broken != nil {
		return
	}
	if u.broken = proc.CheckStd(int(u.out.Fd())); u.broken == nil {
		_, u.broken = io.WriteString(u.out, text)
	}
}

// note writes a line to standard error.
func (u *ui) note(format string, args ...any) {
	fmt.Fprintln(u.err, "netnsctl: "+escape(fmt.Sprintf(format, args...)))
}

// writeFailed reports whether a write to standard output failed, and says so.
func (u *ui) writeFailed() bool {
	if u.broken != nil {
		u.note("write error: %v", bare(u.broken))
	}
	return u.broken != nil
}

// onTerminal reports whether the program can ask a person.
func (u *ui) onTerminal() bool {
	return proc.IsTerminal(int(os.Stdin.Fd())) && proc.IsTerminal(int(u.err.Fd()))
}

// confirm asks a person. Every answer but y and yes means no.
func (u *ui) confirm(question string) bool {
	fmt.Fprint(u.err, escape(question)+" [y/N] ")
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		fmt.Fprintln(u.err) // end of file leaves the cursor in the line of the question
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}

// deliver writes a text to a file, or to standard output for "-" or no name.
func (u *ui) deliver(name, text string) error {
	if name == "" || name == "-" {
		u.print(text)
		return nil
	}
	if err := replaceFile(name, text); err != nil {
		return fmt.Errorf("%s: %w", name, bare(err))
	}
	return nil
}

// replaceFile replaces the content of a file in one step: a reader sees the old text
// or the whole new text, also after a crash. The name of the temporary file begins
// with a dot and ends in digits, so that the textfile collector of node_exporter,
// which reads *.prom, ignores it.
func replaceFile(name, text string) (err error) {
	switch info, err := os.Lstat(name); {
	case os.IsNotExist(err):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("not a regular file; not replaced")
	}
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(file.Name())
		}
	}()
	_, err = file.WriteString(text)
	if err == nil {
		err = file.Chmod(0o644)
	}
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	return err
}

// age is the time since then in the largest unit that fits.
func age(now, then time.Time) string {
	switch d := now.Sub(then); {
	case then.IsZero() || d < 0:
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

// parseDuration reads seconds, a Go duration, or days such as 3d.
func parseDuration(word string) (time.Duration, error) {
	if secs, err := strconv.ParseFloat(word, 64); err == nil && secs >= 0 && secs < 1e9 {
		return time.Duration(secs * float64(time.Second)), nil
	}
	if days, ok := strings.CutSuffix(word, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(word)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("invalid duration %q (examples: 90, 10m, 3d)", word)
	}
	return d, nil
}

// bare is the errno of an error, or that a name has changed, without the operation and the file, or
// the error itself where it is neither.
func bare(err error) error {
	for _, changed := range []error{netnsctl.ErrChanged, netnsctl.ErrMadeAnew} {
		if errors.Is(err, changed) {
			return changed
		}
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	return err
}

// plural is a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// dash is a text, or "-" where it is empty.
func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// unique drops repeated elements.
func unique[T comparable](all []T) (first []T) {
	seen := map[T]bool{}
	for _, one := range all {
		if !seen[one] {
			seen[one], first = true, append(first, one)
		}
	}
	return first
}

// printJSON prints a value as one line of JSON, or as many lines if pretty. An error
// counts as a failed write.
func (u *ui) printJSON(v any, pretty bool) {
	text, err := encode(v, pretty)
	if u.broken == nil {
		u.broken = err
	}
	u.print(text)
}

// encode is the text of printJSON. JSON is printed on terminals, too: it escapes not only
// what JSON forbids, but every unprintable character (DEL, C1 controls, direction marks).
func encode(v any, pretty bool) (string, error) {
	data, err := textjson.Encode(v)
	if err != nil {
		return "", err
	}
	if pretty {
		var b bytes.Buffer
		if err := json.Indent(&b, data, "", "    "); err != nil {
			return "", err
		}
		data = b.Bytes()
	}
	var shown strings.Builder
	for _, r := range string(data) {
		if r == '\n' || strconv.IsPrint(r) {
			shown.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&shown, `\u%04x`, unit)
		}
	}
	return shown.String() + "\n", nil
}
