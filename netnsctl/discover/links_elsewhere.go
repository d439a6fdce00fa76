package discover

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxRunDirLinks bounds the symbolic links in a run directory. linkLimit bounds the root directories
// and links that are looked at for root, userLinkLimit those for each user, and usersLinkLimit those
// for all users: anyone may make as many as he likes in a mount namespace of his own.
const maxRunDirLinks = 1000

var (
	linkLimit      = budget.Amount{Items: 20_000}
	userLinkLimit  = budget.Amount{Items: 2_000}
	usersLinkLimit = budget.Amount{Items: 4_000}
)

// linksElsewhere finds the names that are symbolic links in other mount namespaces: those that lead
// to a mount of an orphan there ([Mount.Usable]), and the links here that lead nowhere but lead to
// a network namespace there ([Name.Elsewhere]). looked says that there were any to look for.
func (v *vantage) linksElsewhere(namespaces []*Namespace) (gaps []Gap, looked bool) {
	if !sys.Privileged() { // a gap of the vantage
		return nil, false
	}
	mounts := map[uint64]map[uint64][]*Mount{} // by mount namespace, then by network namespace
	dangling := slices.ContainsFunc(v.names, (*Name).LeadsNowhere)
	for _, ns := range namespaces {
		for _, p := range ns.Pins {
			if m := p.Mount; p.Kind == MountPin && !m.Host && !m.Own && !m.Covered && (dangling || ns.Verdict == Orphan) {
				if mounts[m.Namespace] == nil {
					mounts[m.Namespace] = map[uint64][]*Mount{}
				}
				mounts[m.Namespace][ns.ID.Ino] = append(mounts[m.Namespace][ns.ID.Ino], m)
			}
		}
	}
	users, byUser := budget.New(usersLinkLimit, nil), map[int64]*budget.Account{}
	root := budget.New(linkLimit, nil)
	for _, ino := range slices.Sorted(maps.Keys(mounts)) {
		m := v.mounts.Get(v.fs, ino)
		account := root
		if !m.OfRoot() {
			if byUser[m.Owner()] == nil {
				byUser[m.Owner()] = budget.New(userLinkLimit, users)
			}
			account = byUser[m.Owner()]
		}
		if err := v.linksIn(m, account, mounts[ino]); err != nil {
			gaps = append(gaps, Gap{What: GapRunDirectories, Count: 1, Critical: true, MountNamespace: ino, PID: m.Member()})
		}
	}
	return gaps, len(mounts) > 0
}

// linksIn looks at the run directories below every root in a mount namespace: that of its own, by
// which everyone sees it who enters it, and those of chrooted processes.
func (v *vantage) linksIn(m *mountns.Namespace, account *budget.Account, mounts map[uint64][]*Mount) error {
	m.Helper = v.helper
	if !m.Empty() && !m.Kept {
		defer m.Close() // there may be more mount namespaces than descriptors
	}
	roots := slices.Clone(v.rootsIn(m.Ino))
	roots = slices.DeleteFunc(roots, func(r *rootDir) bool { return r.path == "/" })
	for _, root := range append([]*rootDir{{pid: 0}}, roots...) {
		if err := account.Spend(budget.Amount{Items: 1}); err != nil {
			return err
		}
		open := func() (int, error) { return v.fs.OpenRoot(root.pid) }
		if root.pid == 0 {
			open = func() (int, error) { return m.Hold("/") }
		}
		top, err := open()
		if err == nil {
			err = v.linksBelow(m, top, account, func(dir netnsctl.ID, name string, to sys.FileStat) {
				for _, at := range mounts[to.Ino] {
					if at.ID == to.MountID || to.MountID == 0 { // Linux 5.8
						at.Through = cmp.Or(root.pid, at.Through)
						v.noteLink(at, dir, name, netnsctl.ID{Dev: to.Dev, Ino: to.Ino})
					}
				}
			})
			sys.Close(top)
		}
		if err != nil && !isNowhere(err) {
			return err
		}
	}
	return nil
}

// linksBelow calls found with the links in the run directories below the directory top that lead to
// a file of nsfs there.
func (v *vantage) linksBelow(m *mountns.Namespace, top int, account *budget.Account, found func(dir netnsctl.ID, name string, to sys.FileStat)) error {
	seen := map[netnsctl.ID]bool{}
	for _, dir := range RunDirs(v.host) {
		id, links, err := v.linksAt(m, top, dir)
		if err == nil {
			err = account.Spend(budget.Amount{Items: len(links)})
		}
		switch {
		case err != nil && isNowhere(err), err == nil && seen[id]:
			continue
		case err != nil:
			return err
		}
		seen[id] = true
		for _, name := range slices.Sorted(maps.Keys(links)) {
			target := links[name]
			// To follow a link of the directory itself would change its time of access.
			for range 40 { // as many as the kernel follows
				target = cmp.Or(links[target], target)
			}
			if links[target] != "" { // a loop
				continue
			}
			if !path.IsAbs(target) {
				target = dir + "/" + target // not cleaned: dir may be a link
			}
			held, err := v.helper.OpenPath(top, target, sys.InRoot|sys.Follow)
			switch {
			case err == nil:
				var st sys.FileStat
				err = sys.StatFD(held, &st)
				sys.Close(held)
				if err == nil && st.Dev == v.own.Dev {
					found(id, name, st)
				}
			case !isNowhere(err):
				return err
			}
		}
	}
	return nil
}

// linksAt reads the links in a run directory, once for all mount namespaces that have it.
func (v *vantage) linksAt(m *mountns.Namespace, top int, dir string) (id netnsctl.ID, links map[string]string, err error) {
	held, err := v.helper.OpenPath(top, dir, sys.InRoot|sys.Follow)
	if err != nil {
		return id, nil, err
	}
	defer sys.Close(held)
	if id.Dev, id.Ino, err = sys.Fstat(held); err != nil {
		return id, nil, err
	}
	links, known := v.links[id]
	if known {
		return id, links, nil
	}
	links, err = v.helper.Links(held, maxRunDirLinks, func() int {
		bare := -1
		_ = m.Enter(func() error { // only there may a mount be copied
			if tree, err := sys.CloneMount(held, ""); err == nil {
				bare = tree
				return sys.KeepAccessTimes(bare)
			}
			return nil
		})
		return bare
	})
	if err == nil {
		if v.links == nil {
			v.links = map[netnsctl.ID]map[string]string{}
		}
		v.links[id] = links
	}
	return id, links, err
}

// isNowhere reports whether an error says that a path leads nowhere, or that a process has ended.
func isNowhere(err error) bool {
	return slices.Contains([]error{syscall.ENOENT, syscall.ENOTDIR, syscall.ELOOP, syscall.ESRCH, syscall.EACCES, syscall.ENAMETOOLONG, sys.ErrAutomount}, err)
}

// noteLink notes a link in the run directory dir of another mount namespace that leads to the mount
// of a network namespace there.
func (v *vantage) noteLink(m *Mount, dir netnsctl.ID, name string, to netnsctl.ID) {
	if !m.Usable && netnsctl.ValidName(name) {
		m.Name, m.Usable = name, true
	}
	for _, n := range v.names {
		if path.Base(n.Name) != name || !n.LeadsNowhere() {
			continue
		}
		if dev, ino, err := sys.Stat(n.in.path); err == nil && dir == (netnsctl.ID{Dev: dev, Ino: ino}) {
			n.Elsewhere = to.String() + " in " + m.where("")
			n.Detail = "to " + n.File.Target + ", which is " + n.Elsewhere
		}
	}
}
