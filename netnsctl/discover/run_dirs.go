package discover

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// usualRunDirs are the paths that builds of iproute2 use for the run directory: /var/run need
// not be a link to /run.
var usualRunDirs = []string{"/run/netns", "/var/run/netns"}

// RunDirs are the paths that may be those of directories with names: that of the run directory
// first, then those that builds of iproute2 use.
func RunDirs(host netnsctl.Host) []string {
	others := slices.DeleteFunc(slices.Clone(usualRunDirs), func(dir string) bool { return dir == host.Dir() })
	return append([]string{host.Dir()}, others...)
}

// runDir is a directory with names: the run directory, or one that another build of iproute2 has.
type runDir struct {
	// dir is how the user knows it, path how mountinfo shows it, without links.
	dir, path string
	// other says that it is not the run directory of this call.
	other bool
	// same is one before it that another mount shows as well, nil if there is none.
	same *runDir
	// foreign is [Gap.What] where it may be in mount namespaces that we cannot see, else empty.
	foreign string
	// dev is the device of its file system, 0 if there is none, and mount the number of the mount
	// that it is on.
	dev, mount uint64
	// shownAt are the paths at which our mounts show it, where [Options.Files] is set.
	shownAt []string
}

// name is the [Name.Name] of an entry.
func (d *runDir) name(entry string) string {
	if d.other {
		return d.dir + "/" + entry
	}
	return entry
}

// entry is the entry of a directory at a path in mountinfo; it is not ok for any other path.
func (d *runDir) entry(point string) (entry string, ok bool) {
	entry, ok = strings.CutPrefix(point, d.path+"/")
	return entry, ok && netnsctl.ValidName(entry)
}

// host is that of the scan, with the names of this directory.
func (d *runDir) host(host netnsctl.Host) netnsctl.Host {
	host.RunDir = d.dir
	return host
}

// runDirsOf are the run directory of a host, which may be missing, and then those other ones
// that exist, each once: one may be a link to another, and the same mount may show both.
func runDirsOf(host netnsctl.Host) []*runDir {
	dirs := []*runDir{{dir: host.Dir(), path: host.Dir()}}
	for _, dir := range usualRunDirs {
		dirs = append(dirs, &runDir{dir: host.StateRoot + dir, other: true})
	}
	type inode struct{ dev, ino uint64 }
	type place struct {
		inode
		mount uint64
	}
	known, first := map[place]bool{}, map[inode]*runDir{}
	return slices.DeleteFunc(dirs, func(d *runDir) bool {
		real, err := filepath.EvalSymlinks(d.dir)
		if err != nil {
			return d.other
		}
		d.path = real
		var st sys.FileStat
		if err := sys.StatFollow(real, &st); err != nil {
			return d.other
		}
		d.dev = st.Dev
		at := place{inode{st.Dev, st.Ino}, st.MountID}
		if d.other && (known[at] || st.Kind() != sys.KindDirectory) {
			return true
		}
		known[at] = true
		if d.same = first[at.inode]; d.same == nil {
			first[at.inode] = d
		}
		return false
	})
}

// namesIn are the names in a directory.
func (v *vantage) namesIn(in *runDir) (names []*Name) {
	for _, n := range v.names {
		if n.in == in {
			names = append(names, n)
		}
	}
	return names
}

// onRunDir reports whether a file system has names.
func (v *vantage) onRunDir(dev uint64) bool {
	return slices.ContainsFunc(v.runDirs, func(d *runDir) bool { return d.dev == dev })
}

// isRunDir reports whether a path in mountinfo is that of a directory with names.
func (v *vantage) isRunDir(dir string) bool {
	return slices.ContainsFunc(v.runDirs, func(d *runDir) bool { return d.path == dir })
}

// PathOf is the path of a name as [Namespace.Names] has it: that of another directory than the
// run directory is a path already.
func PathOf(host netnsctl.Host, name string) string {
	if path.IsAbs(name) {
		return name
	}
	return host.NamePath(name)
}
