package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// statusNotEntered is what `ip netns exec` ends with where it cannot enter: a
// command's own statuses are below.
const statusNotEntered = 255

func (u *ui) exec(call compat.Call, c *cli.Context) error {
	setup, err := setupOf(c)
	if err != nil {
		return usageError{err}
	}
	words := c.Args().Slice()
	if c.Bool("all") {
		return u.execAll(call, c, words, setup)
	}
	name, argv := words[0], words[1:]
	switch {
	case isMissingNamespace(call.Host, name):
		return u.noNamespace(call.Host, name, "exec")
	case len(argv) == 0 && call.Face == compat.FaceNetnsctl:
		return u.startShell(call, name, setup, "")
	case len(argv) == 0:
		return misuse("COMMAND is missing")
	}
	return u.start(call, name, argv, setup)
}

// start replaces the process by a command in a namespace or, in a batch, runs the
// command and waits for it.
func (u *ui) start(call compat.Call, name string, argv []string, setup netnsctl.Setup) error {
	u.fleeting(call.Host, name)
	if !call.Batch {
		return u.notRun(call.Host.ExecIn(name, argv, setup))
	}
	ended, err := call.Host.RunIn(name, argv, setup, call.Stdin)
	switch {
	case err != nil:
		return u.notRun(err)
	case ended != netnsctl.ExitStatus{}:
		return status(statusFailed)
	}
	return nil
}

func setupOf(c *cli.Context) (setup netnsctl.Setup, err error) {
	setup.KeepSys, setup.NoSysfs = c.Bool("keep-sys"), c.Bool("no-sysfs")
	if c.IsSet("user") {
		setup.User, err = lookupUser(c.String("user"))
	}
	return setup, err
}

// notRun says why a command was not run.
func (u *ui) notRun(err error) error {
	u.note("%s", whyNotRun(err))
	if op, ok := errors.AsType[*netnsctl.OpError](err); ok && op.Op == netnsctl.OpExec {
		return status(statusFailed)
	}
	return status(statusNotEntered)
}

func whyNotRun(err error) string {
	text := err.Error()
	op, ok := errors.AsType[*netnsctl.OpError](err)
	if !ok {
		return text
	}
	switch {
	case op.Op == netnsctl.OpMountSysfs && errors.Is(err, syscall.EPERM):
		return text + "; sysfs cannot be mounted in a container, or in a user namespace that does not own the network namespace: use --no-sysfs"
	case op.Op == netnsctl.OpBecomeUser && errors.Is(err, syscall.EINVAL):
		return "become user: the user, or one of its groups, is not mapped in this user namespace"
	case op.Op == netnsctl.OpBecomeUser && errors.Is(err, syscall.EPERM):
		return "become user: not permitted; it needs CAP_SETUID and CAP_SETGID, and a user namespace where setgroups(2) is allowed"
	}
	return text
}

// fleeting warns of files that may not stay over those of /etc.
func (u *ui) fleeting(host netnsctl.Host, name string) {
	for _, f := range host.Fleeting(name) {
		u.note("warning: %s is a symbolic link: %s covers only its target, until that file is replaced", f.Link, f.File)
	}
}

// execAll runs a command in every named namespace.
func (u *ui) execAll(call compat.Call, c *cli.Context, argv []string, setup netnsctl.Setup) error {
	if c.Uint("parallel") < 1 {
		return misuse("option --parallel: at least 1")
	}
	names, err := namesOn(call.Host)
	if err != nil {
		return err
	}
	asJSON := c.Bool("json") || call.JSON
	var failed []string
	call.Host.RunEach(names, int(c.Uint("parallel")), argv, setup, func(o netnsctl.Outcome) {
		if asJSON {
			u.print(encode(outcomeJSON(o), call.Pretty))
		} else {
			u.outcome(call.Host, o)
		}
		if o.Err != nil || o.Status != (netnsctl.ExitStatus{}) {
			failed = append(failed, quote(o.Name)+" "+ending(o))
		}
	})
	if !asJSON {
		text := fmt.Sprintf("%d of %d ended with status 0", len(names)-len(failed), len(names))
		if len(failed) > 0 {
			text += ": not " + strings.Join(failed, ", ")
		}
		u.note("%s", text)
	}
	if len(failed) > 0 {
		return status(statusFailed)
	}
	return nil
}

// outcome prints what a command has printed, each line after the name.
func (u *ui) outcome(host netnsctl.Host, o netnsctl.Outcome) {
	u.fleeting(host, o.Name)
	for _, w := range o.Warnings {
		u.note("%s: %v", quote(o.Name), w)
	}
	prefix := quote(o.Name) + ": "
	u.print(string(prefixed(prefix, o.Stdout)))
	if len(o.Stderr) > 0 {
		// What cannot be written there cannot be told there either.
		_, _ = u.err.Write(prefixed(prefix, o.Stderr))
	}
	if o.Err != nil {
		u.note("%s: %s", quote(o.Name), whyNotRun(o.Err))
	}
}

func prefixed(prefix string, output []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(output) {
		b.WriteString(prefix)
		b.Write(line)
		if !bytes.HasSuffix(line, []byte("\n")) {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

// ending says how a command that failed did.
func ending(o netnsctl.Outcome) string {
	switch {
	case o.Err != nil:
		return "(not run)"
	case o.Status.Signal != 0:
		return fmt.Sprintf("(signal %d, %v)", o.Status.Signal, o.Status.Signal)
	}
	return "(status " + strconv.Itoa(o.Status.Code) + ")"
}

// jsonOutcome has one of Status, Signal and Error.
type jsonOutcome struct {
	Name     any      `json:"name"`
	Status   *int     `json:"status,omitempty"`
	Signal   int      `json:"signal,omitempty"`
	Error    any      `json:"error,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	Stdout   any      `json:"stdout"`
	Stderr   any      `json:"stderr"`
	Seconds  float64  `json:"duration_seconds"`
}

func outcomeJSON(o netnsctl.Outcome) jsonOutcome {
	j := jsonOutcome{
		Name: jsonText(o.Name), Signal: int(o.Status.Signal), Seconds: o.Took.Seconds(),
		Stdout: jsonText(string(o.Stdout)), Stderr: jsonText(string(o.Stderr)),
	}
	switch {
	case o.Err != nil:
		j.Error = jsonText(whyNotRun(o.Err))
	case o.Status.Signal == 0:
		j.Status = &o.Status.Code
	}
	for _, w := range o.Warnings {
		j.Warnings = append(j.Warnings, escape(w.Error()))
	}
	return j
}
