package compat

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/compat/proc/entry"
	"github.com/netnsctl/netnsctl/netnsctl"
)

const (
	// runDirOption is the option before the command that names the run directory.
	// iproute2 has none.
	runDirOption = "run-dir"
	// runDirVariable is the environment variable that does so where the option is not given.
	runDirVariable = "NETNSCTL_RUN_DIR"

	// upstreamRunDir is the run directory of iproute2 as its makefile builds it, distroRunDir
	// that of Debian and Ubuntu. Where /var/run is a link to /run, both are the same directory.
	upstreamRunDir = "/var/run/netns"
	distroRunDir   = "/run/netns"
)

// RunDir chooses the run directory of a call: that of the option -run-dir, else that of
// the environment, else that of the real `ip`. It is empty for the usual one. The error is about
// a value of the option, or of the environment, with which the call must not run.
func RunDir(argv []string, helper *netnsctl.Helper) (dir string, err error) {
	p, _ := ReadPrefix(argv[min(1, len(argv)):])
	switch len(p.RunDirs) {
	case 0:
		given, _ := proc.Getenv(runDirVariable)
		if given == "" || proc.HasMoreThanCaller() {
			return runDirOfIP(), nil
		}
		return checkRunDir(runDirVariable, given, helper)
	case 1:
		if proc.HasMoreThanCaller() {
			return "", errors.New("--" + runDirOption + ": refused, because this program has more privileges than its caller")
		}
		return checkRunDir("--"+runDirOption, p.RunDirs[0], helper)
	}
	return "", errors.New("--" + runDirOption + " is given more than once")
}

// checkRunDir gives a directory that the caller has chosen, without double slashes. Mountinfo and
// the messages have whole paths, and add makes the directory a shared mount with all below it. Root
// would remove and mount what somebody else chooses where that one can exchange the directory.
func checkRunDir(source, given string, helper *netnsctl.Helper) (dir string, err error) {
	dir = path.Clean(given)
	switch {
	case given == "":
		return "", errors.New(source + ": the value is empty")
	case given[0] != '/':
		return "", fmt.Errorf("%s: %q is not an absolute path", source, given)
	case strings.Contains(given+"/", "/../"):
		return "", fmt.Errorf("%s: %q has .. in it", source, given)
	case dir == "/":
		return "", errors.New(source + ": the root directory cannot hold names")
	case os.Geteuid() != 0:
		return dir, nil
	}
	if err := cmp.Or(helper, new(netnsctl.Helper)).CheckOwners(dir); err != nil {
		return "", fmt.Errorf("%s: %q is not safe for root: %w", source, dir, err)
	}
	return dir, nil
}

// runDirOfIP is the run directory of the real `ip`, which its program has as a text. Usually
// that need not be looked at: /var/run is a link to /run. Where there is no real `ip`, or it
// tells no directory, it is /var/run/netns if only that exists.
func runDirOfIP() string {
	if sameFile("/run", "/var/run") {
		return ""
	}
	if file, err := realIP(); err == nil {
		program := readProgram(file)
		switch {
		case bytes.Contains(program, []byte(entry.IPVariable)): // a copy of netnsctl
		case bytes.Contains(program, []byte(upstreamRunDir)):
			return upstreamRunDir
		case bytes.Contains(program, []byte(distroRunDir)):
			return ""
		}
	}
	if !isDir(distroRunDir) && isDir(upstreamRunDir) {
		return upstreamRunDir
	}
	return ""
}

// maxProgram is some five times the size of this program, and more than that of iproute2's `ip`.
const maxProgram = 32 << 20

// readProgram reads a program, or its beginning; nothing if it is no regular file.
func readProgram(file string) []byte {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	program, _ := io.ReadAll(io.LimitReader(f, maxProgram))
	return program
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
