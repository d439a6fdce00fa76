// Command netnsctl does what `ip netns` does, and more: see man/netnsctl.8.
package main

import (
	"os"
	"runtime"

	"github.com/netnsctl/netnsctl/compat"
)

// The main goroutine stays on the process' first thread: a command executed in
// our place inherits what belongs to the thread, such as the parent-death
// signal.
func init() { runtime.LockOSThread() }

func main() {
	program := compat.Program{
		Face:    compat.FaceOf(os.Args),
		Version: version(),
		Help:    help,
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Extend:  extend,
	}
	os.Exit(program.Run(os.Args))
}
