package compat

import (
	"os"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// realIPVariable names the program that the face `ip` leaves other objects to.
const realIPVariable = "NETNSCTL_IP"

// isOurs tells whether the words after `ip` are for netns: its object, or a
// batch, whose lines may be. Anything `ip` would answer before it looks at an
// object is not.
func isOurs(words []string) bool {
	batch := false
	for {
		o, value, rest, err := nextOption(words)
		switch {
		case err != nil:
			return false
		case o == nil:
			return batch || len(rest) > 0 && isNetns(rest[0])
		case o.name == "help" || o.name == "Version":
			return false
		case o.name == "family" && value == "help":
			return false
		case o.name == "batch":
			batch = true
		}
		words = rest
	}
}

// handOver replaces the process by the real `ip`. It returns only if that fails.
func (s *session) handOver(argv []string) error {
	path, ok := realIP()
	if !ok {
		return failed("netnsctl: no other `ip` in PATH; %s can name one", realIPVariable)
	}
	return s.fail("", netnsctl.ExecFile(path, argv))
}

// realIP finds the `ip` that comes after this file in PATH, or the first one if
// this file is not there.
func realIP() (path string, ok bool) {
	if path = os.Getenv(realIPVariable); path != "" {
		return path, true
	}
	self, err := os.Stat("/proc/self/exe")
	if err != nil {
		return "", false
	}
	search, ok := os.LookupEnv("PATH")
	if !ok {
		search = "/usr/sbin:/usr/bin:/sbin:/bin"
	}
	var candidates []string
	for dir := range strings.SplitSeq(search, ":") {
		candidate := dir + "/ip"
		info, err := os.Stat(candidate)
		switch {
		case err != nil || info.IsDir() || info.Mode()&0o111 == 0:
		case os.SameFile(info, self):
			candidates = nil
		default:
			candidates = append(candidates, candidate)
		}
	}
	if len(candidates) == 0 {
		return "", false
	}
	return candidates[0], true
}
