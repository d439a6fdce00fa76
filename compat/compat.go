// Package compat implements the command line of `ip [OPTIONS] netns COMMAND …`. It
// gives iproute2's output and exit statuses, byte for byte, on top of package
// netnsctl.
//
// The reference is iproute2 6.1 to 7.3. Where these versions differ, compat
// behaves as one of them, and a comment names the version. One thing of 7.2 it leaves
// out on purpose: a name that set, list or list-id cannot open is not taken for the
// number of a process.
package compat

import (
	"os"
	"strings"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// Follows is the newest version of iproute2 whose behaviour compat follows.
const Follows = "7.3"

// Program is one call of the binary.
type Program struct {
	Face Face
	// Version is netnsctl's own.
	Version string
	// Host is where commands act. Its Resolve serves the face netnsctl only.
	Host netnsctl.Host
	// RunDirErr is the error of [RunDir], with which no command for netns runs.
	RunDirErr error
	// Help gives the output of the option -help in the face netnsctl.
	Help func() string
	// Busy, if not nil, is called after the message of a delete that failed because the file of
	// the name is a mount point (EBUSY). before is the layer that was on top of the name, zero if
	// there was none.
	Busy func(name string, before netnsctl.Layer)
	// AtLimit, if not nil, is called after the message of a command that failed at a limit:
	// see [netnsctl.AtLimit].
	AtLimit func(*netnsctl.OpError)
	// Extend, if not nil, is asked before iproute2's grammar. It gives the function
	// that runs a call and returns its exit status, or nil if iproute2's grammar
	// answers the call.
	Extend func(Call) (run func() (status int))

	Stdin, Stdout, Stderr *os.File
}

// Run executes a command line, whose first word is the program's name, and gives
// the exit status. It may replace the process.
//
// The caller must have locked its goroutine to the process' first thread: a
// program that replaces the process inherits the attributes of that thread, and
// options such as -netns move the thread for good.
func (p Program) Run(argv []string) int {
	proc.RestoreIgnored()
	s := &session{
		program: p,
		host:    p.Host,
		out:     newOutput(p.Stdout),
		stdin:   p.Stdin,
	}
	s.host.LockedThread = true
	s.host.Start = netnsctl.Start{Environ: proc.Environ, BeforeExec: proc.RestoreAll}
	if p.Face != FaceNetnsctl {
		s.host.Resolve = nil // iproute2 accepts names only
	}
	s.host.Warn = func(e *netnsctl.OpError) { s.complain(s.message("", e)) }
	return s.finish(s.run(argv))
}

// Face is a command line syntax. The name of the program selects it.
type Face int

const (
	// FaceNetnsctl takes the words that follow `ip` and `netns`, and has
	// extensions.
	FaceNetnsctl Face = iota
	// FaceIPNetns takes the same words and behaves as `ip netns`.
	FaceIPNetns
	// FaceIP replaces `ip`: it takes the object too, and runs the real `ip` for
	// every object but netns.
	FaceIP
)

// FaceOf gives the face for the name of the program.
func FaceOf(argv []string) Face {
	base := basename(argv)
	switch {
	case strings.HasPrefix(base, "netnsctl"):
		return FaceNetnsctl
	case base == "ip-netns" || IsNetns(namedObject(base)):
		return FaceIPNetns
	}
	return FaceIP
}

func basename(argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	return argv[0][strings.LastIndexByte(argv[0], '/')+1:]
}

// namedObject gives the object in the program's name. `ip` takes a name of two
// letters and an object, such as ipnetns or ipaddr, for a call with that object.
func namedObject(base string) string { return base[min(2, len(base)):] }

// program is the name of the face in messages.
func (f Face) program() string {
	if f == FaceNetnsctl {
		return "netnsctl"
	}
	return "ip"
}
