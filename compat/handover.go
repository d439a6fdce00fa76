package compat

import (
	"bytes"
	"cmp"
	"os"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// realIPVariable names the program that the face `ip` leaves other objects to.
const realIPVariable = "NETNSCTL_IP"

// systemPath is where the real `ip` is looked for without PATH, and for a caller
// who must not choose what a privileged program runs.
const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin"

// otherObjects are those of `ip`: a program's name that ends in the beginning of
// one, such as ipaddr, is that object's.
var otherObjects = []string{
	"address", "addrlabel", "maddress", "route", "rule", "neighbor", "neighbour",
	"ntable", "ntbl", "link", "l2tp", "fou", "ila", "macsec", "tunnel", "tunl",
	"tuntap", "tap", "token", "tcpmetrics", "tcp_metrics", "monitor", "xfrm",
	"mroute", "mrule", "netconf", "vrf", "sr", "nexthop", "mptcp", "ioam", "help",
	"stats",
}

// isOurs tells whether a call of `ip` is for netns: its object, or a batch that
// has lines for it. Anything `ip` answers before it looks at an object is not.
func isOurs(argv []string) bool {
	if named := namedObject(basename(argv)); named != "" {
		for _, object := range otherObjects {
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
			return mayHoldNetns(batch)
		case o == nil:
			return len(rest) > 0 && isNetns(rest[0])
		case o.name == "help" || o.name == "Version" || o.name == "family" && value == "help":
			return false
		case o.name == "batch":
			batch, hasBatch = value, true
		}
		words = rest
	}
}

// mayHoldNetns tells whether a batch has lines for netns, or cannot be read
// twice.
func mayHoldNetns(name string) bool {
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
		if isNetns(line.words[0]) {
			return true
		}
	}
}

// handOver replaces the process by the real `ip`. It returns only if that fails.
func (s *session) handOver(argv []string) error {
	path, ok := realIP()
	if !ok {
		return errNoRealIP()
	}
	return s.fail("", netnsctl.ExecFile(path, argv))
}

func errNoRealIP() error {
	return &failure{
		status: statusUsage,
		text:   "netnsctl: there is no other `ip` in PATH; " + realIPVariable + " can name one",
	}
}

// realIP finds the `ip` that comes after this file in PATH, or the first one if
// there is none after it. Two copies of this program must not go on replacing
// each other.
func realIP() (path string, ok bool) {
	search := systemPath
	if !netnsctl.HasMoreThanCaller() {
		if path, _ = netnsctl.Getenv(realIPVariable); path != "" {
			return path, true
		}
		if given, ok := netnsctl.Getenv("PATH"); ok {
			search = given
		}
	}
	self, err := os.Stat("/proc/self/exe")
	if err != nil {
		return "", false
	}
	before := ""
	for dir := range strings.SplitSeq(search, ":") {
		candidate := dir + "/ip"
		info, err := os.Stat(candidate)
		switch {
		case err != nil || info.IsDir() || info.Mode()&0o111 == 0:
		case os.SameFile(info, self):
			before, path = cmp.Or(before, path), ""
		case path == "":
			path = candidate
		}
	}
	if path == "" && before != "" && !isNetnsctl(before) {
		path = before
	}
	return path, path != ""
}

// isNetnsctl tells whether a program is another copy of this one: iproute2 knows
// nothing of our variable.
func isNetnsctl(path string) bool {
	text, err := os.ReadFile(path)
	return err != nil || bytes.Contains(text, []byte(realIPVariable))
}
