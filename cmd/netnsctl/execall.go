package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

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
