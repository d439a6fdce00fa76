package inspect

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// Overlay has the files that `exec` binds over those in /etc when it enters a namespace
// by this name.
type Overlay struct {
	Name  string   `json:"name"`
	Files []string `json:"files"`
	// Missing are, by file, the processes in the namespace that do not have the file over
	// /etc: another program than `exec` started them, or the mount is gone because the file
	// below was replaced. A process whose mounts could not be read is left out, and so is
	// nsswitch.conf, which `exec --dns=isolated` does not mount.
	Missing map[string][]int `json:"missing,omitempty"`
}

func overlays(host netnsctl.Host, ns *discover.Namespace) (all []Overlay) {
	for _, name := range ns.Names {
		if files := host.Overlays(path.Base(name)); len(files) > 0 {
			all = append(all, Overlay{Name: path.Base(name), Files: files})
		}
	}
	if len(all) > 0 {
		addMissing(host, ns, all)
	}
	return all
}

// addMissing reads the mounts of the processes in a namespace.
func addMissing(host netnsctl.Host, ns *discover.Namespace, all []Overlay) {
	fs, err := procfs.OpenWith(host.Proc(), host.Helper)
	if err != nil {
		return
	}
	defer fs.Close()
	mountNamespaces, pids := mountns.All{}, map[uint64][]int{}
	defer mountNamespaces.Close()
	for _, p := range ns.Pins {
		if p.Kind != discover.Process {
			continue
		}
		if ino, err := fs.Inode(p.PID, "/ns/mnt"); err == nil {
			mountNamespaces.Get(fs, ino).AddMembers(p.PID)
			pids[ino] = append(pids[ino], p.PID)
		}
	}
	mountns.NewReader(fs, nil).Each(mountNamespaces, func(m *mountns.Namespace, t *mountinfo.Table, _ *budget.Account) error {
		for i := range all {
			for _, file := range all[i].Files {
				if path.Base(file) != "nsswitch.conf" && !isMounted(t, file) {
					all[i].miss(file, pids[m.Ino])
				}
			}
		}
		return nil
	})
}

func (o *Overlay) miss(file string, pids []int) {
	if o.Missing == nil {
		o.Missing = map[string][]int{}
	}
	o.Missing[file] = append(o.Missing[file], pids...)
	slices.Sort(o.Missing[file])
}

// isMounted reports whether a table has a mount of a file over the entry of /etc, or over what
// that links to. The table has a mark at the end of the file's path if it was replaced since.
func isMounted(t *mountinfo.Table, file string) (found bool) {
	entry := "/etc/" + path.Base(file)
	target := withoutLinks(entry)
	file = withoutLinks(file)
	t.Each(func(row mountinfo.Row) {
		if (row.Point == entry || row.Point == target) && !t.Covered(row) {
			found = found || slices.Contains(t.Shows(row.Dev, strings.TrimSuffix(row.Root, "//deleted")), file)
		}
	})
	return found
}

// withoutLinks is where a path leads, or the path itself where it leads nowhere.
func withoutLinks(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path
}
