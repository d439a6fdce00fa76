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
	"strings"

	"github.com/netnsctl/netnsctl/compat"
)

func init() {
	if !isForMain(os.Args) {
		os.Exit(Program().Run(os.Args))
	}
}

// isForMain tells whether the command line may be one that iproute2 has not, or
// whose answer is netnsctl's own. It may be wrong with words that are not, which
// main then answers as well, but not with those that are.
func isForMain(argv []string) bool {
	for i, word := range argv {
		if i > 0 && (IsCommand(word) || isFlag(word) || maySpeak(word) || isNamespace(argv[:i], word)) {
			return true
		}
	}
	return false
}

// maySpeak tells of commands whose failures netnsctl explains.
func maySpeak(word string) bool {
	return len(word) > 1 && (strings.HasPrefix("delete", word) || strings.HasPrefix("attach", word)) || word == "d"
}

// isFlag tells of options: flags of extensions have two dashes, a batch may hold
// lines for main, help and version are its own, and its tests have -test.
func isFlag(word string) bool {
	flag, ok := strings.CutPrefix(word, "-")
	return ok && (strings.HasPrefix(flag, "test.") || flag != "" && strings.Contains("-bhV", flag[:1]))
}

// isNamespace tells of words that may stand for a namespace without a name: where
// a name is asked for, paths and numbers, too, and what attach names unless it is
// a pid.
func isNamespace(before []string, word string) bool {
	if strings.HasPrefix(word, "pid:") || strings.HasPrefix(word, "net:") {
		return true
	}
	isNumber := word != "" && strings.Trim(word, "0123456789") == ""
	if len(before) > 2 && strings.HasPrefix(before[len(before)-2], "at") {
		const maxPID = "4194304" // PID_MAX_LIMIT of 64-bit Linux
		return !isNumber || len(word) > len(maxPID)
	}
	last := before[len(before)-1]
	return (isNumber || strings.HasPrefix(word, "/")) &&
		(strings.HasPrefix(last, "-n") || last != "" && (strings.HasPrefix("exec", last) || strings.HasPrefix("pids", last)))
}

// Program is the call of this process, without what main adds to iproute2's.
func Program() compat.Program {
	return compat.Program{
		Face:   compat.FaceOf(os.Args),
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
	}
}
