package compat

import (
	"bytes"
	"fmt"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// otherLines are lines of a batch for objects other than netns.
type otherLines struct {
	text []byte
	last batchLine
}

// add appends a line. Empty lines stand for those before it, so that the real
// `ip` counts as we do.
func (o *otherLines) add(line batchLine) {
	have := bytes.Count(o.text, []byte("\n"))
	o.text = append(o.text, bytes.Repeat([]byte("\n"), line.first-1-have)...)
	o.text = append(o.text, line.raw...)
	o.last = line
}

// runOthers has the real `ip` run the lines that are waiting for it, with the
// options that we were given. What it prints joins our own output.
func (b *batch) runOthers() (stop error) {
	text := b.others.text
	if text == nil {
		return nil
	}
	b.others.text = nil
	b.deleter.Release()
	path, ok := realIP()
	if !ok {
		return b.after(b.others.last, errNoRealIP())
	}
	if b.out.terminal {
		b.out.Flush()
	}
	argv := append(append([]string{"ip"}, b.passOn...), "-batch", "-")
	status, stdout, stderr, err := netnsctl.RunFile(path, argv, text, b.out.terminal)
	if err != nil {
		return b.after(b.others.last, b.fail("", err))
	}
	const failedLine = "Command failed -:"
	failed := bytes.Contains(stderr, []byte(failedLine))
	ours := fmt.Appendf(nil, "Command failed %s:", b.name)
	b.program.Stderr.Write(bytes.ReplaceAll(stderr, []byte(failedLine), ours))
	b.out.Write(stdout)
	switch {
	case status.Code == 0 && status.Signal == 0:
		return nil
	case failed && status.Code == statusFailed:
		return b.failedOnce()
	}
	return &failure{status: max(status.Code, statusFailed), exits: true}
}
