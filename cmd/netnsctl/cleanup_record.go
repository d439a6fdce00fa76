package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/record"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
)

// onRecord writes what became of the steps of a clean-up to the log of the machine.
type onRecord struct {
	log     *record.Log // nil before the first step
	login   string      // [loginUID]
	steps   int
	missing int // steps that the log has not taken
	err     error
}

// write writes the entry of a step.
func (o *onRecord) write(result clean.Result) {
	if o.log == nil {
		o.log, o.login = record.New(), loginUID()
	}
	o.steps++
	if err := o.log.Write(entryOf(o.login, result)); err != nil {
		o.missing++
		o.err = err
	}
}

// close ends the connection to the log. The error says how many steps are not on record.
func (o *onRecord) close() error {
	if o.log != nil {
		o.log.Close()
	}
	if o.missing == 0 {
		return nil
	}
	return fmt.Errorf("%d of %s not on record: %w", o.missing, plural(o.steps, "step is", "steps are"), o.err)
}

// entryOf is the entry of a step. Its keys are the same as in the JSON of the command.
func entryOf(login string, result clean.Result) record.Entry {
	step := result.Step
	e := record.Entry{Priority: record.Notice}
	add := func(key, value string) {
		if value != "" {
			e.Fields = append(e.Fields, record.Field{Key: key, Value: value})
		}
	}
	what := subject(step.Name, step.Namespace)
	if step.Name != nil {
		what = "name " + what
	}
	detail := result.Detail
	switch result.Outcome {
	case clean.Failed:
		detail = result.Err.Error()
		e.Priority, e.Message = record.Error, "failed to "+string(step.Action)+" "+what+": "+escape(detail)
	case clean.Changed:
		e.Priority, e.Message = record.Info, "skipped "+what+": "+escape(detail)
	case clean.Gone:
		e.Priority, e.Message = record.Info, what+" is gone already"
	default:
		e.Message = string(result.Outcome) + " " + what + ": " + escape(step.Reason())
	}
	add("action", string(step.Action))
	add("outcome", string(result.Outcome))
	if step.Name != nil {
		add("name", step.Name.Name)
	}
	if ns := step.Namespace; ns != nil {
		add("id", ns.ID.String())
		if ns.Cookie != 0 {
			add("cookie", strconv.FormatUint(ns.Cookie, 10))
		}
	}
	add("reason", step.Reason())
	add("detail", detail)
	add("loginuid", login)
	for _, text := range mountsOf(step) {
		add("mounts", text)
	}
	return e
}

// loginUID is the user who has logged in, whatever sudo(8) has made of him since; empty if
// nobody has, as for a timer. The caller chooses the environment, and with it SUDO_UID.
func loginUID() string {
	const none = "4294967295"
	text, err := os.ReadFile("/proc/self/loginuid")
	if uid := strings.TrimSpace(string(text)); err == nil && uid != none {
		return uid
	}
	return ""
}

// maxMountBytes bounds the mounts in an entry: a user may have thousands, and a datagram that
// is too long is refused.
const maxMountBytes = 16 << 10

// mountsOf are the mounts that a step ends, as the path of each.
func mountsOf(step clean.Step) (texts []string) {
	size := 0
	for i, m := range step.Mounts {
		text := m.Path
		switch {
		case m.Namespace == 0:
			text += " in a detached tree"
		case !m.Host:
			text += fmt.Sprintf(" in mnt:[%d]", m.Namespace)
		}
		if size += len(text); size > maxMountBytes {
			return append(texts, "and "+plural(len(step.Mounts)-i, "more mount", "more mounts"))
		}
		texts = append(texts, text)
	}
	return texts
}
