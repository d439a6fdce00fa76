package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// statusNotEntered is the exit status of `ip netns exec` where it cannot enter the
// namespace. A command may end with any status below.
const statusNotEntered = 255

// exec runs a command in a namespace, or in every named one.
func (u *ui) exec(call compat.Call, c *cli.Context) error {
	setup, login, err := setupOf(c)
	if err != nil {
		return err
	}
	words := c.Args().Slice()
	if c.Bool("all") {
		return u.execAll(call, c, words, setup)
	}
	name, argv := words[0], words[1:]
	switch {
	case isMissingNamespace(call.Host, name):
		return noNamespace(call.Host, name, "exec")
	case len(argv) == 0 && call.Face == compat.FaceNetnsctl:
		return u.startShell(call, name, setup, login, "")
	case len(argv) == 0:
		return misuse("COMMAND is missing")
	}
	return u.start(call, name, argv, setup)
}

// setupOf reads the flags that exec, shell and run share. login is the account of --user, or nil.
func setupOf(c *cli.Context) (setup netnsctl.Setup, login *account, err error) {
	setup.NameVariable = compat.NameVariable
	setup.KeepSys, setup.NoSysfs = c.Bool("keep-sys"), c.Bool("no-sysfs")
	setup.IsolateDNS = c.String("dns") == dnsIsolated
	if !c.IsSet("user") {
		return setup, nil, nil
	}
	if login, setup.User, err = lookupUser(c.String("user")); err != nil {
		return setup, nil, usageError{err}
	}
	if !c.Bool("keep-env") {
		setup.Env = login.env()
	}
	return setup, login, nil
}

// start replaces the process by a command in a namespace. In a batch it runs the
// command and waits for it.
func (u *ui) start(call compat.Call, name string, argv []string, setup netnsctl.Setup) error {
	u.warnOfOverlay(call.Host, name, setup)
	if !call.Batch {
		return u.execFailed(call.Host, call.Host.Exec(name, argv, setup))
	}
	ended, err := call.Host.Run(name, argv, setup, proc.IfOpen(call.Stdin), proc.IfOpen(os.Stdout), proc.IfOpen(os.Stderr))
	return u.ended(call.Host, ended, err)
}

// ended is the result of a command that a batch has waited for.
func (u *ui) ended(host netnsctl.Host, status netnsctl.ExitStatus, err error) error {
	if err != nil {
		return u.execFailed(host, err)
	}
	return statusIf(status != netnsctl.ExitStatus{}, statusFailed)
}

// execFailed says why a command was not run.
func (u *ui) execFailed(host netnsctl.Host, err error) error {
	u.note("%s", execError(err))
	u.explainLimit(host, err)
	if op, ok := errors.AsType[*netnsctl.OpError](err); ok && op.Op == netnsctl.OpExec {
		return status(statusFailed)
	}
	return status(statusNotEntered)
}

// execError is the message on a command that was not run.
func execError(err error) string {
	op, _ := errors.AsType[*netnsctl.OpError](err)
	switch {
	case op == nil:
	case op.Op == netnsctl.OpIsolateDNS && op.Path == "/etc" && errors.Is(err, syscall.ENODEV):
		return "DNS cannot be isolated: the kernel has no overlayfs"
	case op.Op == netnsctl.OpIsolateDNS && op.Path == "/etc" && errors.Is(err, syscall.EINVAL):
		// Two overlayfs may lie on one another (FILESYSTEM_MAX_STACK_DEPTH in linux/fs.h).
		return "DNS cannot be isolated: no overlayfs can lie over /etc, such as within two others (a container, exec --dns=isolated)"
	case op.Op == netnsctl.OpIsolateDNS && path.Base(op.Path) == "nsswitch.conf" && errors.Is(err, syscall.EINVAL):
		return fmt.Sprintf("DNS cannot be isolated: %s: not a regular file", op.Path)
	case op.Op == netnsctl.OpIsolateDNS:
		return fmt.Sprintf("DNS cannot be isolated: %s: %v", op.Path, op.Err)
	case op.Op == netnsctl.OpMountSysfs && errors.Is(err, syscall.EPERM):
		return err.Error() + "; sysfs cannot be mounted in a container, or in a user namespace that does not own the network namespace: use --no-sysfs"
	case op.Op == netnsctl.OpBecomeUser && errors.Is(err, syscall.EINVAL):
		return "become user: the user, or one of its groups, is not mapped in this user namespace"
	case op.Op == netnsctl.OpBecomeUser && errors.Is(err, syscall.EPERM):
		return "become user: not permitted; it needs CAP_SETUID and CAP_SETGID, and a user namespace where setgroups(2) is allowed"
	}
	return err.Error()
}

// dnsIsolated is the value of --dns that isolates the DNS of a command.
const dnsIsolated = "isolated"

// warnOfOverlay warns where a command may look up host names otherwise than its user expects.
func (u *ui) warnOfOverlay(host netnsctl.Host, name string, setup netnsctl.Setup) {
	if setup.IsolateDNS {
		own := func(file string) bool { return path.Base(file) == "resolv.conf" }
		if !slices.ContainsFunc(host.Overlays(name), own) {
			u.note("warning: %s has no resolv.conf of its own: the command finds an empty one", quote(name))
		}
		return
	}
	for _, f := range host.LinkedOverlays(name) {
		u.note("warning: %s is a symbolic link: %s covers only its target, until that file is replaced; to prevent that: --dns=isolated", f.Link, f.File)
	}
}

// execAll runs a command in every named namespace.
func (u *ui) execAll(call compat.Call, c *cli.Context, argv []string, setup netnsctl.Setup) error {
	if c.Uint("parallel") < 1 {
		return misuse("option --parallel: at least 1")
	}
	pattern := patternOf(c)
	names, err := pattern.names(call.Host)
	switch {
	case err != nil:
		return err
	case len(names) == 0 && pattern.given():
		return u.noMatch(pattern)
	}
	asJSON := c.Bool("json") || call.JSON
	var failed []string
	call.Host.RunEach(names, int(c.Uint("parallel")), argv, setup, func(o netnsctl.Outcome) {
		if asJSON {
			u.printJSON(outcomeJSON(o), call.Pretty)
		} else {
			u.warnOfOverlay(call.Host, o.Name, setup)
			u.printOutcome(o)
		}
		if o.Err != nil || o.Status != (netnsctl.ExitStatus{}) {
			failed = append(failed, quote(o.Name)+" "+failure(o))
		}
	})
	if !asJSON {
		text := fmt.Sprintf("%d of %d ended with status 0", len(names)-len(failed), len(names))
		if len(failed) > 0 {
			text += ": not " + strings.Join(failed, ", ")
		}
		u.note("%s", text)
	}
	return statusIf(len(failed) > 0, statusFailed)
}

// printOutcome prints the output of a command, with the name before each line.
func (u *ui) printOutcome(o netnsctl.Outcome) {
	name := quote(o.Name)
	for _, w := range o.Warnings {
		u.note("%s: %v", name, w)
	}
	u.print(string(prefixed(name+": ", o.Stdout)))
	if len(o.Stderr) > 0 {
		// There is no other place to report a failed write to standard error.
		_, _ = u.err.Write(prefixed(name+": ", o.Stderr))
	}
	if o.Err != nil {
		u.note("%s: %s", name, execError(o.Err))
	}
}

// prefixed is output with a prefix before each line.
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

// failure is how a command failed.
func failure(o netnsctl.Outcome) string {
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
	Name     string   `json:"name"`
	Status   *int     `json:"status,omitempty"`
	Signal   int      `json:"signal,omitempty"`
	Error    string   `json:"error,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	Stdout   string   `json:"stdout"`
	Stderr   string   `json:"stderr"`
	Seconds  float64  `json:"duration_seconds"`
}

func outcomeJSON(o netnsctl.Outcome) jsonOutcome {
	j := jsonOutcome{
		Name: o.Name, Signal: int(o.Status.Signal), Seconds: o.Took.Seconds(), Stdout: string(o.Stdout), Stderr: string(o.Stderr),
	}
	switch {
	case o.Err != nil:
		j.Error = execError(o.Err)
	case o.Status.Signal == 0:
		j.Status = &o.Status.Code
	}
	for _, w := range o.Warnings {
		j.Warnings = append(j.Warnings, escape(w.Error()))
	}
	return j
}
