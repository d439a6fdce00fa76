package discover

import (
	"path"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// runDirOwner is the runtime in whose directory the names are; empty if none is known. People make the
// run directory a link to that directory, or one of the two a bind mount of the other, so that
// `ip netns` shows what the runtime has.
func (v *vantage) runDirOwner() string {
	patterns := v.runtimes().Files()
	if owner, _ := inTime(func() string { return v.ownerAmong(patterns) }); owner != "" {
		return owner
	}
	for _, dir := range append(v.runDirPaths, v.runDir) {
		const anyName = "/x"
		if owner := container.At(dir + anyName); owner != "" && !inRunDir(dir+anyName) {
			return owner
		}
	}
	return ""
}

// ownerAmong is the owner of the files with one of the patterns if their directory is the run directory.
func (v *vantage) ownerAmong(patterns []string) string {
	dev, ino, err := sys.Stat(v.runDir)
	for _, pattern := range patterns {
		dir := path.Dir(pattern)
		if err != nil || strings.Contains(dir, "*") {
			continue
		}
		if d, i, err := sys.Stat(v.host.StateRoot + dir); err == nil && d == dev && i == ino {
			return (&Mount{Path: pattern}).Foreign()
		}
	}
	return ""
}
