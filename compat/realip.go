package compat

import (
	"bytes"
	"cmp"
	"os"
	"strings"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/compat/proc/entry"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// SystemPath follows PATH, of which cron and `env -i` leave nothing. It replaces PATH if the
// program has more privileges than its caller, who must then not choose which program runs.
const SystemPath = "/usr/sbin:/usr/bin:/sbin:/bin"

// otherObjects are the objects of `ip` but netns.
const otherObjects = "address addrlabel maddress route rule neighbor neighbour ntable ntbl link l2tp " +
	"fou ila macsec tunnel tunl tuntap tap token tcpmetrics tcp_metrics monitor xfrm mroute mrule " +
	"netconf vrf sr nexthop mptcp ioam help stats"

// isForNetns reports whether a call of `ip` has the object netns or a batch file with
// lines for it, and no option that `ip` answers without an object.
func isForNetns(argv []string) bool {
	if named := namedObject(basename(argv)); named != "" {
		for object := range strings.FieldsSeq(otherObjects) {
			if strings.HasPrefix(object, named) {
				return false
			}
		}
	}
	batch, hasBatch := "", false
	words := argv[min(1, len(argv)):]
	for {
		o, value, rest, err := nextOption(words)
		switch {
		case err != nil:
			return false
		case o == nil && hasBatch:
			return mayHaveNetns(batch)
		case o == nil:
			return len(rest) > 0 && IsNetns(rest[0])
		case o.name == "help" || o.name == "Version" || o.name == "family" && value == "help":
			return false
		case o.name == "batch":
			batch, hasBatch = value, true
		}
		words = rest
	}
}

// mayHaveNetns reports whether a batch file has lines for netns. It is true for a
// file that cannot be read twice, such as a pipe.
func mayHaveNetns(name string) bool {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return err == nil || name == "-"
	}
	file, err := os.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	lines := newBatchReader(file, false)
	for {
		line, err := lines.next()
		if err != nil {
			return false
		}
		if IsNetns(line.words[0]) {
			return true
		}
	}
}

// execRealIP replaces the process by the real `ip`. It returns only if that fails.
func (s *session) execRealIP(argv []string) error {
	path, err := realIP()
	if err != nil {
		return err
	}
	env, err := realIPEnviron(path, argv)
	if err != nil {
		return err
	}
	return s.fail("", netnsctl.NewOpError(netnsctl.OpExec, path, "", proc.ExecFile(path, argv, env)))
}

// realIP finds the `ip` that [entry.IPVariable] names, or the one that [findRealIP] finds in PATH
// or in [SystemPath].
func realIP() (path string, err error) {
	self, err := os.Stat("/proc/self/exe")
	if err != nil {
		return "", errNoRealIP()
	}
	if !proc.HasMoreThanCaller() {
		if path, _ = proc.Getenv(entry.IPVariable); path != "" {
			if info, err := os.Stat(path); err == nil && os.SameFile(info, self) {
				return "", &failure{status: statusUsage, text: "netnsctl: " + entry.IPVariable + " names netnsctl itself: " + path}
			}
			return path, nil
		}
		if given, _ := proc.Getenv("PATH"); given != "" {
			path = findRealIP(given, self)
		}
	}
	if path == "" {
		path = findRealIP(SystemPath, self)
	}
	if path == "" {
		return "", errNoRealIP()
	}
	return path, nil
}

// findRealIP finds the `ip` that follows this program in a list of directories or, if none
// does, the first that precedes it. That one must not be a copy of this program: two copies
// would replace each other for ever. The path is "" if there is none.
func findRealIP(search string, self os.FileInfo) (path string) {
	before := ""
	for dir := range strings.SplitSeq(search, ":") {
		candidate := cmp.Or(dir, ".") + "/ip" // as execvp(3) does
		info, err := os.Stat(candidate)
		switch {
		case err != nil || info.IsDir() || info.Mode()&0o111 == 0:
		case os.SameFile(info, self):
			before, path = cmp.Or(before, path), ""
		case path == "":
			path = candidate
		}
	}
	// The `ip` of iproute2 does not contain the name of the variable.
	if path == "" && before != "" && !contains(before, entry.IPVariable) {
		path = before
	}
	return path
}

func errNoRealIP() error {
	return &failure{
		status: statusUsage,
		text:   "netnsctl: there is no other `ip` in PATH or " + SystemPath + "; " + entry.IPVariable + " can name one",
	}
}

// contains reports whether a program can be read and contains a text.
func contains(path, text string) bool { return bytes.Contains(readProgram(path), []byte(text)) }
