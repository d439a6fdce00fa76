// Command netnsctl does what `ip netns` does, and more: see man/netnsctl.8. Most
// calls of iproute2's commands end in package fastpath, before main.
package main

import (
	"os"
	"runtime"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/fastpath"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// The main goroutine stays on the process' first thread: a command executed in
// our place inherits what belongs to the thread, such as the parent-death
// signal.
func init() { runtime.LockOSThread() }

func main() {
	program := fastpath.Program()
	program.Version, program.Help, program.Extend = version(), overview, extend
	program.Host.Resolve = discover.Open
	if program.Face == compat.FaceNetnsctl {
		u := &ui{out: os.Stdout, err: os.Stderr}
		program.Uncovered = func(name string, before netnsctl.Layer) { u.afterBusy(program.Host, name, before) }
		if f := fastpath.Failed(); f != nil {
			program.Uncovered(f.Name, f.Before)
			os.Exit(f.Status)
		}
		if status, done := u.beforeCommand(program.Host, os.Args[1:]); done {
			os.Exit(status)
		}
	}
	os.Exit(program.Run(os.Args))
}
