// Command netnsctl does what `ip netns` does, and more: see man/netnsctl.8. Most
// calls of iproute2's commands end in package early.
package main

import (
	"os"
	"runtime"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/early"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// The main goroutine stays on the process' first thread: a command executed in
// our place inherits what belongs to the thread, such as the parent-death
// signal.
func init() { runtime.LockOSThread() }

func main() {
	program := early.Program()
	program.Version, program.Help, program.Extend = version(), help, extend
	program.Host.Resolve = discover.Open
	os.Exit(program.Run(os.Args))
}
