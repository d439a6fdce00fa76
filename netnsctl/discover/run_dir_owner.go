package discover

import (
	"path"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// runDirOwner is the runtime in whose directory names are; empty if none is known. People make the
// run directory a link to that directory, or one of the two a bind mount of the other, so that
// `ip netns` shows what the runtime has.
func (v *vantage) runDirOwner(in *runDir) string {
	patterns := v.runtimes().Files()
	if owner, _ := inTime(func() string { return v.ownerAmong(patterns, in) }); owner != "" {
		return owner
	}
	for _, dir := range append(in.shownAt, in.path) {
		const anyName = "/x"
		if owner := container.At(dir + anyName); owner != "" && !inRunDir(dir+anyName) {
			return owner
		}
	}
	return ""
}

// ownerAmong is the owner of the files with one of the patterns if their directory is the one with names.
func (v *vantage) ownerAmong(patterns []string, in *runDir) string {
	own := quietFileAt(in.path)
	for _, pattern := range patterns {
		dir := path.Dir(pattern)
		if own.Ino == 0 || strings.Contains(dir, "*") {
			continue
		}
		if quietFileAt(v.host.StateRoot+dir) == own {
			return (&Mount{Path: pattern}).Foreign()
		}
	}
	return ""
}

// quietFileAt is [fileAt] without a helper process, which would take longer than all else: it may
// wait for the server of a file system, but makes autofs mount nothing.
func quietFileAt(path string) (id netnsctl.ID) {
	held, err := sys.HoldNoAutomount(-1, path, sys.Follow)
	if err != nil {
		return id
	}
	defer sys.Close(held)
	id.Dev, id.Ino, _ = sys.Fstat(held)
	return id
}
