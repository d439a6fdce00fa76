package main

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/netip"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/find"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
	"github.com/netnsctl/netnsctl/netnsctl/monitor"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

// hostile is results in which each text from outside is the same word.
type hostile struct {
	snap  *discover.Snapshot
	found *find.Result
	seen  *inspect.Report
	graph *wiring.Graph
}

func hostileWorld(word string, secs int64, number int) hostile {
	born := time.Unix(secs, 0)
	ns := &discover.Namespace{
		Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: 4, Ino: 4026532000}}, Names: []string{word, "a" + word}, Born: born, Verdict: discover.Orphan, Reason: word,
		Owner:    discover.Owner{PID: number, Command: word, Unit: word, Container: word, Pod: word, Runtime: word},
		Hardware: []string{word},
		Leases:   []container.Lease{{Network: word, Address: word, Container: word, Netns: word, File: word}},
		Pins: []discover.Pin{
			{Kind: discover.Process, PID: number, FD: -1, Command: word},
			{Kind: discover.TunTap, PID: number, TID: 2, FD: 3, Command: word, Detail: word},
			{Kind: discover.MountPin, FD: -1, Command: word, Mount: &discover.Mount{Path: word, Name: word, Through: number}},
		},
	}
	name := &discover.Name{Name: word, Verdict: discover.Stale, Cause: discover.DanglingLink, Detail: word, File: discover.File{Born: born, Target: word}}
	d := inside.Device{
		Index: 2, Name: word, AltNames: []string{word}, Kind: word, State: "up", Up: true, MTU: number, Master: 2,
		Link: &inside.Link{Index: 2}, VLAN: 7, VXLAN: &inside.VXLAN{ID: 42, Local: netip.MustParseAddr("192.0.2.1")}, MAC: inside.MAC{2, 0, 0, 0, 0, 1},
	}
	prefix := netip.MustParsePrefix("192.0.2.1/24")
	address := inside.Address{Device: 2, Name: word, Prefix: prefix, Label: word}
	contents := inside.Contents{Devices: []inside.Device{d}, Addresses: []inside.Address{address}, Err: errors.New(word)}
	socket := inside.Socket{Protocol: "tcp", Local: netip.MustParseAddrPort("[::]:80"), Name: word, Inode: 9}
	nsid := netnsctl.NSID(5)
	snap := &discover.Snapshot{
		Taken: time.Unix(1e9, 0), Namespaces: []*discover.Namespace{ns}, Names: []*discover.Name{name},
		Gaps: []discover.Gap{{What: "x", Count: number}},
	}
	match := find.Match{What: word, Kind: "device", Namespace: ns, Device: find.DeviceName{Index: 2, Name: word}, Text: word}
	return hostile{
		snap: snap,
		found: &find.Result{
			Snapshot: snap, Matches: []find.Match{match}, Missing: []find.Missing{{What: word, Near: []find.Match{match}}}, Gaps: snap.Gaps,
		},
		seen: &inspect.Report{
			Namespace: ns, NSID: &nsid, CommandLines: map[int]textjson.Texts{number: {word, word}}, Read: true, Error: word,
			Devices: []inspect.Device{{
				Device: d, End: &inspect.End{Namespace: ns, Index: 3, Device: word}, Addresses: []inside.Address{address},
			}},
			Routes:   []inside.Route{{To: prefix, Type: "unicast", Hops: []inside.Hop{{Device: 2}}}},
			Sockets:  []inspect.Socket{{Socket: socket, Holders: ns.Pins}},
			Overlays: []inspect.Overlay{{Name: word, Files: []string{word}}},
			Sysctls:  []inspect.Difference{{Key: "net/x", Value: word, Default: word}},
		},
		graph: wiring.Build(snap.Namespaces, []inside.Contents{contents}),
	}
}

func addHostileSeeds(f *testing.F) {
	for _, word := range []string{
		"", "cni-1", "a b", "\x1b[2J\x1b]0;x\a", "\xff\xc0\x80", "\u202e\u2028", "\n\r\t\x00\x7f", `"\`, "<&>'\"", "é漢😀", "\ufffd", "\u009b1m",
		strings.Repeat("long ", 60),
	} {
		f.Add(word, int64(1e9), 1)
	}
	f.Add("x", int64(1)<<62, -1)
	f.Add("x", int64(-1)<<62, math.MaxInt)
}

// FuzzJSON: whatever the words, the JSON is valid and shows nothing that does not print. It
// decodes into the library's types, and these encode to the same bytes.
func FuzzJSON(f *testing.F) {
	addHostileSeeds(f)
	f.Fuzz(func(t *testing.T, word string, secs int64, number int) {
		w := hostileWorld(word, secs, number)
		rows := listRows(w.snap, true, true)
		ns := w.snap.Namespaces[0]
		failed := clean.Step{Action: clean.Remove, Name: w.snap.Names[0]}
		released := clean.Step{Action: clean.Release, Namespace: ns, Mounts: []discover.Mount{*ns.Pins[2].Mount}}
		for _, document := range []any{
			listed(w.snap, rows),
			clean.Report{
				Steps:   []clean.Result{{Step: failed, Outcome: clean.Failed, Err: errors.New(word)}, {Step: released, Outcome: clean.Released}},
				Skipped: []clean.Skipped{{Namespace: ns, Why: word}},
				Missing: []string{word},
				Left:    []netnsctl.ID{ns.ID},
			},
			*w.found,
			inspect.Document{Reports: []*inspect.Report{w.seen}, Gaps: w.snap.Gaps},
			w.graph.Document(number, nil),
			monitor.Event{Time: time.Unix(1e9, 0), Kind: monitor.NamespaceNew, Name: word, ID: ns.ID, Names: ns.Names, Pin: &ns.Pins[1]},
			discover.Record{Boot: "x", Stale: []string{word}, Namespaces: []discover.Recorded{{Identity: ns.Identity, Names: ns.Names}, {NSID: 7}}},
		} {
			pretty := number%2 == 0
			text, err := encode(document, pretty)
			if err != nil || !json.Valid([]byte(text)) || !strings.HasSuffix(text, "}\n") || hidden(text) >= 0 {
				t.Errorf("%T of %q, %v: %q", document, word, err, text)
			}
			decoded := reflect.New(reflect.TypeOf(document))
			if err := json.Unmarshal([]byte(text), decoded.Interface()); err != nil {
				t.Fatal(err)
			}
			if again, err := encode(decoded.Elem().Interface(), pretty); again != text {
				t.Errorf("%T of %q, %v: %s\nbecame %s", document, word, err, text, again)
			}
		}
	})
}

// TestPrintJSON: what cannot be encoded is reported as a failure, and nothing is printed.
func TestPrintJSON(t *testing.T) {
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	u := &ui{out: in}
	u.printJSON(struct {
		F func() `json:"f"`
	}{}, false)
	in.Close()
	if text, _ := io.ReadAll(out); len(text) > 0 || u.broken == nil {
		t.Errorf("printed %q, error %v", text, u.broken)
	}
}

// hidden is the place of the first unprintable character other than a newline, or -1.
func hidden(text string) int {
	for i, r := range text {
		if invalid := r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd"); invalid || r != '\n' && !unicode.IsPrint(r) {
			return i
		}
	}
	return -1
}

// indentation is the tabs with which the formats of graph begin lines.
var indentation = regexp.MustCompile(`(?m)^\t+`)

// FuzzViews checks that no text from outside controls the terminal or begins a line.
func FuzzViews(f *testing.F) {
	addHostileSeeds(f)
	f.Fuzz(func(t *testing.T, word string, secs int64, number int) {
		w := hostileWorld(word, secs, number)
		rows := listRows(w.snap, true, true)
		list := term.Table(listColumns(), rows, term.Style{Headings: true})
		texts := map[string]string{
			"list":    list,
			"quiet":   rows[0].quiet(),
			"find":    term.Table(findColumns(), foundRows(w.found), term.Style{Headings: true}),
			"inspect": reportText(w.snap, w.seen),
			"near":    strings.Join(namespacesOf(foundRows(w.found)), "\n"),
		}
		for _, format := range []string{"tree", "dot", "mermaid", "svg"} {
			texts[format] = indentation.ReplaceAllString((&ui{}).renderer(format)(graphPicture(&selection{whole: w.graph, part: w.graph, all: true}, number%2 == 0)), "")
		}
		for what, text := range texts {
			if i := hidden(text); i >= 0 {
				t.Errorf("%s of %q has %q", what, word, text[i:])
			}
		}
		if lines := strings.Count(list, "\n"); lines != 1+len(rows) {
			t.Errorf("%q: %d lines:\n%s", word, lines, list)
		}
	})
}

// FuzzQuote checks that quoted names are printable words, different for different names.
func FuzzQuote(f *testing.F) {
	f.Add("a b", "a")
	f.Add("\xff", `"\xff"`)
	f.Add("\ufffd", "\xff")
	f.Add("", `""`)
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, s := range []string{a, b} {
			for _, shown := range []string{quote(s), escape(s)} {
				if hidden(shown) >= 0 || strings.Contains(shown, "\n") {
					t.Errorf("%q is shown as %q", s, shown)
				}
			}
		}
		if a != b && quote(a) == quote(b) {
			t.Errorf("%q and %q are both shown as %s", a, b, quote(a))
		}
	})
}

// FuzzParse checks that each word becomes a flag, the value of a flag, or an argument,
// and each word after "--" an argument.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a --dry-run", "--min-age 5 b", "-- --dry-run", "--wait=3 -", "--min-age", "--min-age -- x", "--wait 5 x", "-v -j"} {
		f.Add(seed)
	}
	row := lookup("delete")
	f.Fuzz(func(t *testing.T, text string) {
		words := strings.Split(text, " ")
		l, err := row.parse(words)
		if err != nil {
			return
		}
		flags := 0
		for _, word := range l.flags {
			name, _, hasValue := strings.Cut(word, "=")
			if row.flag(name) == nil {
				t.Errorf("%q: %q is no flag", words, word)
			}
			flags++
			if hasValue {
				flags++
			}
		}
		if most := flags + len(l.args) + 1; len(words) > most || len(l.args) > len(words) {
			t.Errorf("%q became flags %q, arguments %q", words, l.flags, l.args)
		}
		if _, after, found := strings.Cut(" "+text+" ", " -- "); found && after != "" {
			last := strings.Split(strings.TrimSuffix(after, " "), " ")
			if !slices.Equal(l.args[len(l.args)-len(last):], last) {
				t.Errorf("%q: the words after -- became %q", words, l.args)
			}
		}
		for _, w := range words {
			if d, err := parseDuration(w); err == nil && d < 0 {
				t.Errorf("%q is %v", w, d)
			}
		}
	})
}
