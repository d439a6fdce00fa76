// Package early answers calls of iproute2's own commands before the rest of the
// program is initialised.
//
// Go initialises packages in the order of their import paths, each after what it
// imports (the specification, "Program initialization", since Go 1.21). So this
// package, which needs neither, comes before urfave/cli, regexp and
// text/template, whose tables every `exec` would pay for. Nor has main begun:
// the goroutine is still bound to the process' first thread, without the thread
// that [runtime.LockOSThread] would add.
package early

import (
	"os"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

func init() {
	if !slices.ContainsFunc(os.Args[min(1, len(os.Args)):], isForMain) {
		os.Exit(Program().Run(os.Args))
	}
}

// isForMain tells whether a word of the command line may make it one that
// iproute2 has not, or whose answer is netnsctl's own. A batch may hold such
// lines. Main's tests have the words -test.
func isForMain(word string) bool {
	flag, isFlag := strings.CutPrefix(word, "-")
	return IsCommand(word) || isFlag &&
		(strings.HasPrefix(flag, "test.") || strings.ContainsAny(flag[:min(1, len(flag))], "-bhV"))
}

// Program is the call of this process, without what main adds to iproute2's.
func Program() compat.Program {
	return compat.Program{
		Face:   compat.FaceOf(os.Args),
		Host:   netnsctl.Host{Resolve: discover.Open},
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
	}
}
