package clean

import (
	"path"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// place is a path in a mount namespace. The inode number of that is 0 for our own.
type place struct {
	mounts uint64
	path   string
}

func placeOf(m *discover.Mount) place {
	if m.Own {
		return place{path: m.Path}
	}
	return place{m.Namespace, m.Path}
}

func (at place) dir() place { return place{at.mounts, path.Dir(at.path)} }

// parsePlace reads a target that is a path, such as [discover.Mount.Where] gives.
func parsePlace(word string, own uint64) place {
	if i := strings.LastIndex(word, inMounts); i >= 0 {
		digits, closed := strings.CutSuffix(word[i+len(inMounts):], "]")
		if ino, err := strconv.ParseUint(digits, 10, 64); err == nil && closed && ino == own {
			return place{path: word[:i]}
		} else if err == nil && closed && ino != 0 {
			return place{ino, path.Clean(word[:i])}
		}
	}
	return place{path: word}
}

const inMounts = " in mnt:["

// resolver gives a function for [discover.Resolve] that asks for each directory once: a shell may
// make thousands of targets in one. A path that leads over the link of another user leads nowhere.
func resolver(host netnsctl.Host) func(string) string {
	known := map[string]string{}
	return func(file string) string {
		resolved, ok := known[file]
		if !ok {
			resolved, _ = discover.Resolve(host, file)
			known[file] = resolved
		}
		return resolved
	}
}
