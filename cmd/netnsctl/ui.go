package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

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

// onTerminal tells whether a person can be asked.
func (u *ui) onTerminal() bool {
	return netnsctl.IsTerminal(int(os.Stdin.Fd())) && netnsctl.IsTerminal(int(u.err.Fd()))
}

// confirm asks a person; anything but y or yes means no.
func (u *ui) confirm(question string) bool {
	fmt.Fprint(u.err, escape(question)+" [y/N] ")
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		fmt.Fprintln(u.err) // the answer was the end of the input
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}

// replaceFile gives a file a new content in one step: who reads it sees the old
// one or the whole new one, and after a crash one of both is there. While it is
// made the new one has a name that begins with a dot and ends in digits, so that
// node_exporter's textfile collector, which reads *.prom, passes it by.
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
	for _, step := range []func() error{
		func() error { return file.Chmod(0o644) },
		file.Sync,
	} {
		if err == nil {
			err = step()
		}
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	return err
}

// deliver writes to a file, or to standard output for "-" or none.
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

// bare is a system call's error without the file that it was for.
func bare(err error) error {
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

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func quoteIfAny(s string) string {
	if s == "" {
		return ""
	}
	return quote(s)
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
