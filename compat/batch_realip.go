package compat

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// realIPLines are the lines of a batch file that the real `ip` runs. One child is kept for
// most of them; others have a child of their own.
type realIPLines struct {
	// waiting are neighbouring lines that have not run yet, keep tells whether they are for the
	// kept child, and last is the last one.
	waiting []byte
	keep    bool
	last    batchLine

	kept *proc.Child
	// given is the number of the last line that is for the kept child, even if it waits.
	given      int
	cannotKeep bool
	// answersAtOnce tells for objects whether the `ip` writes what it shows about them before it
	// reads the next line. That of iproute2 7 leaves it in its buffer.
	answersAtOnce map[string]bool
	// shown is how much the kept child has written to standard output.
	shown int
	// failed is set when a child has printed that one of the lines that run, or ran last, failed.
	failed bool
}

// keptObjects, quietCommands and showCommands are those of lines that the kept child runs: the
// `ip` of iproute2 5.10 to 7.3 starts no process for them and does not read standard input.
// Quiet commands write nothing but errors. The abbreviations mean one of the commands,
// whatever the object; those of set and show begin alike.
var (
	keptObjects   = []string{"address", "link", "neighbor", "neighbour", "nexthop", "route", "rule"}
	quietCommands = []string{"a", "add", "append", "change", "d", "del", "delete", "replace", "set"}
	showCommands  = []string{"get", "l", "list", "ls", "s", "sh", "show"}
)

// mayKeep reports whether the kept child can run a line, and whether that line is quiet.
func (b *batch) mayKeep(words []string) (keep, quiet bool) {
	if !slices.ContainsFunc(keptObjects, func(object string) bool { return strings.HasPrefix(object, words[0]) }) {
		return false, false
	}
	if len(words) > 1 && slices.Contains(quietCommands, words[1]) {
		return true, true
	}
	atOnce, known := b.realIP.answersAtOnce[words[0]]
	return (atOnce || !known) && (len(words) == 1 || slices.Contains(showCommands, words[1])), false
}

// runLater takes a line for the real `ip`, and runs it if it cannot wait for the next one. What
// a line shows and the error of another have to keep their order: so that line runs alone.
func (b *batch) runLater(line batchLine) (stop error) {
	r := &b.realIP
	keep, quiet := b.mayKeep(line.words)
	keep = keep && b.keepRealIP()
	alone := keep && !quiet
	if keep != r.keep || alone {
		if stop := b.runWaiting(); stop != nil {
			return stop
		}
	}
	r.keep, r.last = keep, line
	have := bytes.Count(r.waiting, []byte("\n"))
	if keep {
		have, r.given = r.given, line.last
	}
	// Empty lines replace those before it, so that its number in messages is right.
	r.waiting = append(r.waiting, bytes.Repeat([]byte("\n"), line.first-1-have)...)
	r.waiting = append(r.waiting, line.raw...)
	if !alone && b.lines.pending() {
		return nil
	}
	before := r.shown
	stop = b.runWaiting()
	if alone && stop == nil {
		b.learn(line.words[0], before)
	}
	return stop
}

// learn finds out from the first answer about an object whether the `ip` writes it at once: it
// does if it has written less than the buffer of any C library has room for. Else it may have
// more, which it writes when it ends. A line without an answer teaches nothing. One that has
// failed as well leaves none in the buffer: the child stays, with the settings that it carries
// over to the next lines. Before is how much the child had shown.
func (b *batch) learn(object string, before int) {
	r := &b.realIP
	shown := r.shown - before
	if _, known := r.answersAtOnce[object]; known || shown == 0 && r.failed {
		return
	}
	const smallestBuffer = 1024 // musl's
	atOnce := 0 < shown && shown < smallestBuffer || b.out.terminal
	if !atOnce {
		_, _ = b.endKept() // its status was that of the line
		if r.shown == before {
			return
		}
	}
	if r.answersAtOnce == nil {
		r.answersAtOnce = map[string]bool{}
	}
	r.answersAtOnce[object] = atOnce
}

// realIPCall is the call of the real `ip` that runs lines, with the same options. Terminal is
// standard output if that is a terminal.
func (b *batch) realIPCall() (path string, argv, env []string, terminal *os.File, err error) {
	argv = append(append([]string{"ip"}, b.passOn...), "-batch", "-")
	if path, err = realIP(); err == nil {
		env, err = realIPEnviron(path, argv)
	}
	if b.out.terminal {
		b.out.Flush()
		terminal = b.program.Stdout
	}
	return path, argv, env, terminal, err
}

// keepRealIP starts the child that is kept, unless there is one. It reports false if none can
// be kept: with the program in the place of `ip` it may be otherwise than with that of iproute2.
func (b *batch) keepRealIP() bool {
	r := &b.realIP
	if r.kept == nil && !r.cannotKeep {
		path, argv, env, terminal, err := b.realIPCall()
		if err == nil && contains(path, "iproute2") {
			r.kept, err = proc.StartChild(path, argv, env, terminal, b.passOutput)
		}
		r.cannotKeep = r.kept == nil || err != nil
	}
	return r.kept != nil
}

// endKept ends the kept child, if there is one, and gives its exit status.
func (b *batch) endKept() (status int, err error) {
	if b.realIP.kept == nil {
		return 0, nil
	}
	kept := b.realIP.kept
	b.realIP.kept, b.realIP.given = nil, 0
	return kept.End()
}

// runWaiting runs the waiting lines.
func (b *batch) runWaiting() (stop error) {
	r := &b.realIP
	text := r.waiting
	if text == nil {
		return nil
	}
	r.waiting, r.failed = nil, false
	b.deleter.Release()
	if r.keep {
		return b.runKept(text)
	}
	path, argv, env, terminal, err := b.realIPCall()
	if err != nil {
		return b.after(r.last, err)
	}
	status, stdout, stderr, err := proc.RunFile(path, argv, env, text, terminal)
	if err != nil {
		err = netnsctl.NewOpError(netnsctl.OpExec, path, "", err)
		return b.after(r.last, b.fail("", err))
	}
	b.passError(stderr)
	b.out.Write(stdout)
	if b.opts.json {
		b.out.Flush() // as `ip` does at the end of each answer in JSON
	}
	if status == 0 || b.realIP.failed && status == statusFailed {
		return b.lineFailed()
	}
	return exited(status)
}

// runKept runs lines by the kept child.
func (b *batch) runKept(text []byte) (stop error) {
	if !bytes.HasSuffix(text, []byte("\n")) {
		// The text is the end of the file. The blank keeps a backslash before it an ordinary
		// character, which it is there.
		text = append(text, " \n"...)
	}
	ended, err := b.realIP.kept.Run(text)
	if err == nil && !ended {
		return b.lineFailed()
	}
	status, endErr := b.endKept()
	if err = cmp.Or(err, endErr); err != nil {
		return b.after(b.realIP.last, err)
	}
	return exited(status)
}

// lineFailed is the result of lines after which the real `ip` would go on, if one of them failed.
func (b *batch) lineFailed() (stop error) {
	if !b.realIP.failed {
		return nil
	}
	return b.failedOnce()
}

// exited is the result of a line by which the real `ip` has ended with this status, -1 for a signal.
func exited(status int) (stop error) {
	if status < 0 {
		status = statusFailed
	}
	return &failure{status: status, exits: true}
}

// passOutput passes on what the kept child has written. Like the `ip`, it leaves in the buffer
// what the child has written only because it ended.
func (b *batch) passOutput(fd int, text []byte) {
	if fd == 2 {
		b.passError(text)
		return
	}
	b.realIP.shown += len(text)
	b.out.Write(text)
	if b.realIP.kept != nil {
		b.out.Flush()
	}
}

// passError passes on messages. Those about a line get the name of the batch file.
func (b *batch) passError(text []byte) {
	const failedLine = "Command failed -:"
	if bytes.Contains(text, []byte(failedLine)) {
		b.realIP.failed = true
		text = bytes.ReplaceAll(text, []byte(failedLine), fmt.Appendf(nil, "Command failed %s:", b.name))
	}
	b.program.Stderr.Write(text)
}
