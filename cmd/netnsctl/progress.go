package main

import (
	"fmt"
	"os"
	"time"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat/proc"
)

// statusLine is a line on a terminal that the next one replaces. It is never shown elsewhere.
type statusLine struct {
	file  *os.File
	shown bool
}

// show replaces the line. It is cut, since a terminal cannot go back over the end of a line.
func (l *statusLine) show(text string) {
	if !proc.IsTerminal(int(l.file.Fd())) {
		return
	}
	if width := proc.TerminalWidth(int(l.file.Fd())); width > 0 {
		text = term.Cut(text, width-1)
	}
	fmt.Fprint(l.file, "\r"+text+"\x1b[K")
	l.shown = true
}

// erase takes the line away, for other output.
func (l *statusLine) erase() {
	if l.shown {
		fmt.Fprint(l.file, "\r\x1b[K")
		l.shown = false
	}
}

// progressEvery is how long a clean-up runs before it shows its progress, and until it does again.
const progressEvery = 100 * time.Millisecond

// progress shows how many steps of a clean-up are done. A nil progress shows nothing.
type progress struct {
	statusLine
	all  int
	next time.Time
}

func newProgress(file *os.File, all int) *progress {
	return &progress{statusLine: statusLine{file: file}, all: all, next: time.Now().Add(progressEvery)}
}

func (p *progress) update(done int) {
	if now := time.Now(); p != nil && !now.Before(p.next) {
		p.show(fmt.Sprintf("cleaning up: %d of %d done", done, p.all))
		p.next = now.Add(progressEvery)
	}
}

func (p *progress) erase() {
	if p != nil {
		p.statusLine.erase()
	}
}
