package mountns

import (
	"cmp"
	"runtime"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Unread is a mount namespace whose table could not be read: Err is [budget.ErrOver], or an
// errno.
type Unread struct {
	*Namespace
	Err error
}

// Reader reads mount tables one after the other, in the same memory and within the limits of
// limits.go.
type Reader struct {
	fs       *procfs.FS
	seen     *mountinfo.Set
	table    mountinfo.Table
	accounts accounts
}

// NewReader makes a reader. It adds the number of every mount to seen, if that is not nil.
func NewReader(fs *procfs.FS, seen *mountinfo.Set) *Reader {
	return &Reader{fs: fs, seen: seen, accounts: newAccounts()}
}

// maxRounds is how often processes are looked for in mount namespaces whose processes have
// ended since.
const maxRounds = 20

// Each calls f with each mount namespace of all, those that f adds included, and with its
// table, which is valid during the call; what f keeps of that it spends on the account. Those
// of root come first, so that those of users cannot take their time. A mount namespace that
// is gone is left out.
func (r *Reader) Each(all All, f func(*Namespace, *mountinfo.Table, *budget.Account) error) (unread []Unread) {
	done := map[uint64]bool{}
	for len(done) < len(all) {
		var todo []*Namespace
		for ino, m := range all {
			if !done[ino] {
				done[ino] = true
				todo = append(todo, m)
			}
		}
		unread = append(unread, r.eachOf(todo, f)...)
	}
	return unread
}

func (r *Reader) eachOf(todo []*Namespace, f func(*Namespace, *mountinfo.Table, *budget.Account) error) (unread []Unread) {
	slices.SortFunc(todo, func(a, b *Namespace) int {
		if a.OfRoot() == b.OfRoot() {
			return cmp.Compare(a.Ino, b.Ino)
		}
		if a.OfRoot() {
			return -1
		}
		return 1
	})
	for range maxRounds {
		var gone []*Namespace
		for _, m := range todo {
			account, err := r.read(m)
			if err == nil {
				err = f(m, &r.table, account)
			}
			switch {
			case procfs.Gone(err):
				gone = append(gone, m)
			case err != nil:
				unread = append(unread, Unread{m, err})
			}
		}
		if todo = findMembers(r.fs, gone); len(todo) == 0 {
			break
		}
	}
	return unread
}

// read reads the mounts as a process sees them whose root is the root of the namespace, or
// else from inside. A process that is chrooted into a tree which is not mounted any more has
// the root "/", too, and sees nothing.
func (r *Reader) read(m *Namespace) (*budget.Account, error) {
	account, long := r.accounts.of(m)
	if account.Over() {
		return account, budget.ErrOver
	}
	for _, pid := range m.pids {
		if root, err := procfs.Readlink(r.fs.Helper(), r.fs.Root(), pid, "/root"); err != nil || root != "/" {
			continue
		}
		file, err := r.fs.Open(pid, "/mountinfo")
		if err != nil {
			continue
		}
		err = r.opened(file, account, long)
		if err == budget.ErrOver {
			return account, err
		}
		if err != nil || !r.table.HasRoot {
			continue
		}
		// The process may have gone elsewhere, or be another one with the same number.
		link, _ := procfs.Readlink(r.fs.Helper(), r.fs.Root(), pid, "/ns/mnt")
		if ino, ok := procfs.ParseLink([]byte(link), "mnt"); ok && ino == m.Ino {
			m.through = pid
			return account, nil
		}
	}
	if err := account.Spend(budget.Amount{Time: EnterCost}); err != nil {
		return account, err
	}
	return account, m.Enter(func() error { return r.file(sys.WorkingDir, "thread-self/mountinfo", account, long) })
}

// file reads a mountinfo file. What its lines spend beyond an honest length is spent on long,
// if that is not nil.
func (r *Reader) file(dir int, path string, account, long *budget.Account) error {
	fd, err := sys.OpenAt(dir, append(sys.CPath(path), 0))
	if err != nil {
		return err
	}
	return r.opened(fd, account, long)
}

// opened reads an open mountinfo file, and closes it.
func (r *Reader) opened(fd int, account, long *budget.Account) error {
	defer sys.Close(fd)
	runtime.LockOSThread() // whose time it is
	defer runtime.UnlockOSThread()
	before := sys.ThreadTime()
	return r.table.Read(sys.Reader(fd), r.seen, func(mounts, bytes int) error {
		now := sys.ThreadTime()
		spent := budget.Amount{Items: mounts, Bytes: bytes, Time: now - before}
		before = now
		if err := long.Spend(budget.Amount{Bytes: max(bytes-longLine, 0)}); err != nil {
			return err
		}
		return account.Spend(spent)
	})
}

// Own reads the table of our own mount namespace from the procfs at root.
func Own(root string) (*mountinfo.Table, error) {
	var r Reader
	err := r.file(sys.WorkingDir, root+"/thread-self/mountinfo", budget.New(ownLimit, nil), nil)
	return &r.table, err
}

// Here reads the table of the mount namespace of the calling thread, whose working directory
// is a procfs ([Namespace.Enter]), within the limits of one that belongs to a user.
func Here() (*mountinfo.Table, error) {
	var r Reader
	err := r.file(sys.WorkingDir, "thread-self/mountinfo", budget.New(namespaceLimit, nil), nil)
	return &r.table, err
}

// inside reads the table of a mount namespace from inside.
func (m *Namespace) inside() (t *mountinfo.Table, err error) {
	err = m.Enter(func() (err error) {
		if t, err = Here(); err == budget.ErrOver && m.OfRoot() {
			t, err = Own(".")
		}
		return err
	})
	return t, err
}

// findMembers finds processes and threads in mount namespaces, and gives those that have
// some.
func findMembers(fs *procfs.FS, in []*Namespace) (found []*Namespace) {
	if len(in) == 0 {
		return nil
	}
	byIno := map[uint64]*Namespace{}
	for _, m := range in {
		m.pids, m.through = nil, 0
		byIno[m.Ino] = m
	}
	members, _ := fs.Members("mnt")
	for _, one := range members {
		if m := byIno[one.Ino]; one.Err == nil && m != nil {
			if m.Empty() {
				found = append(found, m)
			}
			m.AddMembers(one.TID)
		}
	}
	return found
}
