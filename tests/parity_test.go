package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestParity makes every call of parityDraws by each ip of the directory
// NETNSCTL_TEST_PARITY (tests/iproute2.sh fills it) and by every face, each in a world
// of its own. It prints the differences as a table. Each must be explained by a line
// of testdata/parity.txt. Without the directory it makes some of the calls by the
// installed ip.
func TestParity(t *testing.T) {
	switch {
	case noSandbox != "":
		unable(t, noSandbox)
	case *update:
		t.Skip("recording")
	}
	p := &parity{draws: parityDraws(), explained: readExplanations(t)}
	every := envNumber("NETNSCTL_TEST_PARITY_EVERY", 1)
	if dir := os.Getenv("NETNSCTL_TEST_PARITY"); dir != "" {
		programs, _ := filepath.Glob(filepath.Join(dir, "*", "ip"))
		for _, program := range programs {
			p.ips = append(p.ips, face{name: filepath.Base(filepath.Dir(program)), ip: program, object: true})
		}
		slices.SortFunc(p.ips, func(a, b face) int { return versionOf(a.name) - versionOf(b.name) })
		if len(p.ips) == 0 {
			t.Fatalf("no VERSION/ip in %q", dir)
		}
	} else {
		needIP(t)
		every = 97
		p.ips = []face{{name: fmt.Sprintf("%d.%d", ipVersion()/1000, ipVersion()%1000), ip: realIP, object: true}}
	}
	some := p.draws[:0]
	for i, d := range p.draws {
		if uint64(i)%every == 0 {
			some = append(some, d)
		}
	}
	p.draws, p.all = some, every == 1
	t.Run("calls", func(t *testing.T) {
		for i := range fuzzWorkers {
			t.Run(fmt.Sprint("worker", i+1), func(t *testing.T) {
				t.Parallel()
				p.work(t)
			})
		}
	})
	p.report(t)
}

type parity struct {
	draws     []draw
	all       bool // no draw is left out
	ips       []face
	explained []*explanation

	mutex       sync.Mutex
	next, asked int
	unexplained []deviation
}

// deviation is how a face differs from one ip in one call.
type deviation struct {
	version, text string
}

func (p *parity) work(t *testing.T) {
	w, err := newWorker(t)
	if err != nil {
		unable(t, "no sandbox:", err)
	}
	defer w.close()
	for {
		p.mutex.Lock()
		i := p.next
		p.next++
		p.mutex.Unlock()
		if i >= len(p.draws) {
			return
		}
		p.call(w, p.draws[i])
	}
}

func (p *parity) call(w *worker, d draw) {
	reals := make([]outcome, len(p.ips))
	for i, ip := range p.ips {
		reals[i] = w.ask(ip, d)
	}
	for _, f := range faces {
		if _, ok := f.argv(d.argv); !ok {
			continue // the face has no other objects
		}
		got := w.ask(f, d)
		for i, ip := range p.ips {
			text := p.compare(w, d, f, reals[i], got)
			if text != "" && f.object { // what it hands over must be answered by the same ip
				f.ip = ip.ip
				text = p.compare(w, d, f, reals[i], w.ask(f, d))
			}
			p.found(ip.name, text, fmt.Sprintf("%s: ip %s\n%s", f.name, quoteWords(d.argv), text))
		}
	}
}

func (p *parity) compare(w *worker, d draw, f face, real, got outcome) string {
	if f.name == "netnsctl" {
		return w.differs(d, f, real, got)
	}
	return lineDifference(real, got)
}

// found counts a difference with the first explanation that fits.
func (p *parity) found(version, kind, text string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.asked++
	if kind == "" {
		return
	}
	for _, e := range p.explained {
		if e.fits(version, text) {
			e.count[version]++
			return
		}
	}
	p.unexplained = append(p.unexplained, deviation{version, text})
}

// lineDifference has the lines of each part of an outcome that only ip or only the face
// has, with - and +.
func lineDifference(real, got outcome) string {
	var text strings.Builder
	for _, part := range []struct{ name, real, got string }{
		{"stdout", real.stdout, got.stdout},
		{"stderr", real.stderr, got.stderr},
		{"status", real.status, got.status},
		{"state", real.state, got.state},
	} {
		if part.real == part.got {
			continue
		}
		want, have := strings.SplitAfter(part.real, "\n"), strings.SplitAfter(part.got, "\n")
		some := false
		for _, side := range []struct {
			sign      string
			of, other []string
		}{{"-", want, have}, {"+", have, want}} {
			for _, line := range side.of {
				if !slices.Contains(side.other, line) {
					some = true
					fmt.Fprintf(&text, "%s %s%q\n", part.name, side.sign, line)
				}
			}
		}
		if !some {
			fmt.Fprintf(&text, "%s in another order or number: -%q +%q\n", part.name, part.real, part.got)
		}
	}
	return text.String()
}

// report prints one row for each kind of difference.
func (p *parity) report(t *testing.T) {
	var names []string
	for _, ip := range p.ips {
		names = append(names, ip.name)
	}
	fmt.Printf("%d calls by iproute2 %s and %d faces: %d comparisons\n", len(p.draws), strings.Join(names, ", "), len(faces), p.asked)
	row := func(calls int, of, kind string) {
		fmt.Printf("%7d  %-*s  %s\n", calls, len(strings.Join(names, " ")), of, kind)
	}
	for _, e := range p.explained {
		total, of := 0, []string(nil)
		for _, name := range names {
			if n := e.count[name]; n > 0 {
				total += n
				of = append(of, name)
			}
		}
		switch {
		case total > 0:
			row(total, strings.Join(of, " "), e.why)
		case p.all && slices.ContainsFunc(names, e.concerns):
			t.Errorf("parity.txt explains what is not: %s", e.why)
		}
	}
	row(len(p.unexplained), "", "unexplained")
	kinds := map[string][]deviation{}
	for _, d := range p.unexplained {
		_, kind, _ := strings.Cut(d.text, "\n")
		kinds[kind] = append(kinds[kind], d)
	}
	for _, same := range kinds {
		of := map[string]int{}
		for _, d := range same {
			of[d.version]++
		}
		t.Errorf("not explained, %d times, %v: %s", len(same), of, same[0].text)
	}
}
