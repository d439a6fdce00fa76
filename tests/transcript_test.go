package tests

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// A transcript is what a terminal would show of a script's calls, unambiguous
// to the byte:
//
//	$ ip netns list       a call
//	| a                   a line of standard output
//	! Error: …            a line of standard error, which comes after all output here
//	= 255                 how it ended, unless with status 0
//
// Bytes that are not printable are \x escapes, a backslash at the end of a line
// stands for a missing newline. The first line tells whose answers these are.

// entry is one call in a transcript.
type entry struct {
	call string
	answer
}

func (e entry) String() string {
	var b strings.Builder
	b.WriteString("$ " + e.call + "\n")
	writeLines(&b, "|", e.stdout)
	writeLines(&b, "!", e.stderr)
	if e.status != "0" {
		b.WriteString("= " + e.status + "\n")
	}
	return b.String()
}

func writeLines(b *strings.Builder, mark, text string) {
	for line := range strings.Lines(text) {
		line, whole := strings.CutSuffix(line, "\n")
		b.WriteString(mark)
		if line != "" {
			b.WriteString(" " + escape(line))
		}
		if !whole {
			b.WriteString("\\")
		}
		b.WriteString("\n")
	}
}

// escape shows a line's bytes. A blank at its end would get lost in editors.
func escape(line string) string {
	var b strings.Builder
	for i := 0; i < len(line); {
		r, n := utf8.DecodeRuneInString(line[i:])
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == utf8.RuneError && n == 1, r < 0x20, r == 0x7f, r == ' ' && i == len(line)-1:
			fmt.Fprintf(&b, `\x%02x`, line[i])
		default:
			b.WriteString(line[i : i+n])
		}
		i += n
	}
	return b.String()
}

// transcript records calls, or compares them with those recorded.
type transcript struct {
	face   face
	record bool
	// installed says that these are the answers of the installed ip, not the recorded ones.
	installed bool
	// version is that of the iproute2 whose answers these are, see ipVersion.
	version int
	want    []string // entries as text
	next    int
	got     []string
}

func newTranscript(f face, text string) *transcript {
	t := &transcript{face: f}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "# ") {
			t.version = parseVersion(line)
			continue
		}
		if strings.HasPrefix(line, "$ ") {
			t.want = append(t.want, "")
		}
		if n := len(t.want); n > 0 {
			t.want[n-1] += line
		}
	}
	return t
}

// add takes the next call, and tells how it differs from the recorded one.
func (t *transcript) add(e entry) (difference string) {
	got := e.String()
	t.got = append(t.got, got)
	if t.record {
		return ""
	}
	if t.next == len(t.want) {
		return "not in the transcript (record it with -update):\n" + got
	}
	want := t.want[t.next]
	t.next++
	if t.face.refuses(want, e) {
		return ""
	}
	if want = t.face.expectsEntry(want); got != want {
		return "-want +got:\n" + cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n"))
	}
	return ""
}

// own takes a call that the face answers in its own way, and tells whether it does.
func (t *transcript) own(e entry) (problem string) {
	if t.next == len(t.want) {
		return "not in the transcript (record it with -update):\n" + e.String()
	}
	want := t.want[t.next]
	t.next++
	if t.installed {
		return ""
	}
	if call, _, _ := strings.Cut(want, "\n"); call != "$ "+e.call {
		return "the transcript has " + call + ", not $ " + e.call
	}
	if t.face.refuses(want, e) || t.face.expectsEntry(want) == e.String() {
		return "answered as by ip, or refused as by ip: this needs no own:\n" + e.String()
	}
	return ""
}

// rest tells of recorded calls that were not made.
func (t *transcript) rest() string {
	if t.record {
		return ""
	}
	return strings.Join(t.want[t.next:], "")
}

func (t *transcript) text() string {
	return fmt.Sprintf("# iproute2-%d.%d\n", t.version/1000, t.version%1000) + strings.Join(t.got, "")
}

// expectsEntry puts an entry's lines of standard error into the face's words.
func (f face) expectsEntry(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "!") {
			line = f.expects(strings.ReplaceAll(line, `\x09`, "\t"))
			line = strings.ReplaceAll(line, "\t", `\x09`)
		}
		b.WriteString(line)
	}
	return b.String()
}

// refuses reports whether the face netnsctl, too, has refused a call that ip has
// refused: in one line of its own instead of ip's, with a status of its own or ip's,
// and with the same effect on the rest of a batch.
func (f face) refuses(want string, got entry) bool {
	if f.name != "netnsctl" || !strings.Contains(want, "\n= ") {
		return false
	}
	if got.status != "1" && got.status != "2" && !strings.HasSuffix(want, "\n= "+got.status+"\n") {
		return false
	}
	var stdout, stderr strings.Builder
	writeLines(&stdout, "|", got.stdout)
	if stdout.String() != linesOf(want, "|") {
		return false
	}
	writeLines(&stderr, "!", got.stderr)
	theirs := linesOf(f.expectsEntry(want), "!")
	own, failed, theirFailed := 0, "", ""
	for line := range strings.Lines(theirs) {
		if strings.HasPrefix(line, "! Command failed ") {
			theirFailed += line
		}
	}
	for line := range strings.Lines(stderr.String()) {
		switch {
		case strings.HasPrefix(line, "! Command failed "):
			failed += line
		case strings.HasPrefix(line, "! netnsctl: "):
			own++
		case !strings.Contains("\n"+theirs, "\n"+line):
			return false
		}
	}
	return own > 0 && own <= strings.Count(failed, "\n")+1 && failed == theirFailed
}

// linesOf are the lines of an entry with a mark.
func linesOf(text, mark string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, mark) {
			b.WriteString(line)
		}
	}
	return b.String()
}
