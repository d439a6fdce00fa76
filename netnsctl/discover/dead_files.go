package discover

import (
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/deadfile"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// anyNetns is where other programs than those of the table have names of their own, as iproute2 has
// them in /run/netns.
const anyNetns = "/run/*/netns/*"

// maxDeadFiles bounds the entries that are looked at in the directories of one ordinary user,
// maxDeadFilesTime the time for all directories.
const (
	maxDeadFiles     = 4096
	maxDeadFilesTime = 2 * time.Second
)

// deadFiles looks for dead files in the directories of runtimes, which may belong to users.
type deadFiles struct {
	v     *vantage
	table *mountinfo.Table // of our own mount namespace
	// mounted are the files on which a network namespace is mounted, in any mount namespace.
	mounted  map[string]bool
	names    map[netnsctl.ID]bool // the files of names, which a mount may show elsewhere
	accounts map[uint32]*budget.Account
	deadline time.Time
	found    []*Name
	missed   map[string]bool
}

// readDeadFiles fills in [Snapshot.DeadFiles].
func (v *vantage) readDeadFiles() {
	table, _ := mountns.Own(v.fs.Root())
	d := deadFiles{
		v: v, table: table, mounted: map[string]bool{}, names: map[netnsctl.ID]bool{}, accounts: map[uint32]*budget.Account{},
		deadline: time.Now().Add(maxDeadFilesTime), missed: map[string]bool{},
	}
	for _, n := range v.names {
		d.names[netnsctl.ID{Dev: n.File.Dev, Ino: n.File.Ino}] = true
	}
	for _, s := range v.mountSeen {
		d.mounted[s.Pin.Mount.File] = true
	}
	known := map[string]bool{}
	for _, pattern := range append(v.runtimes().Files(), anyNetns) {
		dirs, name := path.Split(pattern)
		for _, dir := range d.expand(v.host.StateRoot + path.Clean(dirs)) {
			if at := path.Join(dir, name); !known[at] && !v.isRunDir(dir) {
				known[at] = true
				d.each(dir, func(on *deadfile.Dir, row mountinfo.Row, entry string) {
					if fits, _ := path.Match(name, entry); fits {
						d.add(on, row, entry)
					}
				})
			}
		}
	}
	slices.SortFunc(d.found, func(a, b *Name) int { return strings.Compare(a.Name, b.Name) })
	v.deadFiles = d.found
	v.findOpeners(v.deadFiles)
	for dir := range d.missed {
		v.nameGaps = append(v.nameGaps, Gap{What: GapDirectories, Count: 1, Path: dir})
	}
}

// expand gives the directories for which a pattern stands, without symbolic links. An asterisk
// stands for one name.
func (d *deadFiles) expand(pattern string) (dirs []string) {
	before, after, wild := strings.Cut(pattern, "/*")
	dir, err := Resolve(d.v.host, before)
	switch {
	case err != nil:
		return nil
	case !wild:
		return []string{dir}
	}
	d.each(dir, func(_ *deadfile.Dir, _ mountinfo.Row, entry string) {
		dirs = append(dirs, d.expand(path.Join(dir, entry)+after)...)
	})
	return dirs
}

// each calls f with each entry of a directory, and with the mount that it is on. It reads only a
// directory that is on a file system which never waits for a process or for the network.
func (d *deadFiles) each(dir string, f func(on *deadfile.Dir, row mountinfo.Row, entry string)) {
	on, err := deadfile.Open(d.v.helper, dir)
	if err != nil {
		if !slices.Contains([]error{syscall.ENOENT, syscall.ENOTDIR, syscall.ELOOP}, err) {
			d.missed[dir] = true
		}
		return
	}
	defer on.Close()
	row, there := d.table.ByID(int(on.MountID()))
	if !there || !slices.Contains(localTypes, row.FSType) {
		d.missed[dir] = true
		return
	}
	entries, err := on.Names()
	account := d.account(on.Owner())
	for _, entry := range entries {
		if time.Now().After(d.deadline) || account.Spend(budget.Amount{Items: 1}) != nil {
			err = budget.ErrOver
			break
		}
		f(on, row, entry)
	}
	if err != nil {
		d.missed[dir] = true
	}
}

// account is that of the user who owns a directory; nil for root.
func (d *deadFiles) account(uid uint32) *budget.Account {
	if uid != 0 && d.accounts[uid] == nil {
		d.accounts[uid] = budget.New(budget.Amount{Items: maxDeadFiles}, nil)
	}
	return d.accounts[uid]
}

// add adds an entry if it is a dead file.
func (d *deadFiles) add(on *deadfile.Dir, row mountinfo.Row, entry string) {
	file, err := on.Look(entry)
	below, inside := strings.CutPrefix(file.Path, strings.TrimSuffix(row.Point, "/"))
	if err != nil || !inside {
		return
	}
	n := &Name{
		Name: file.Path, File: File{Dev: file.Dev, Ino: file.Ino, Kind: Regular, Born: file.Born},
		On: row.Dev + ":" + path.Join(row.Root, below), Owner: (&Mount{Path: file.Path}).Foreign(), dead: &file,
	}
	if d.mounted[n.On] || d.names[netnsctl.ID{Dev: file.Dev, Ino: file.Ino}] {
		return
	}
	n.stale(DeadFile, "owned by "+n.Owner)
	n.Open = staysOpen(func() bool { return on.IsOpen(entry) })
	d.found = append(d.found, n)
}
