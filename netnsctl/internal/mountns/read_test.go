package mountns

import (
	"fmt"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// table is the mountinfo of some mounts whose lines are of so many bytes.
func table(mounts, bytes int) string {
	var text strings.Builder
	text.WriteString(rootMount)
	for i := range mounts {
		line := fmt.Sprintf("%d 22 0:4 net:[%d] /d%d", 100+i, 1000+i, i)
		const rest = " rw - nsfs nsfs rw\n"
		text.WriteString(line + strings.Repeat("d", max(bytes-len(line)-len(rest), 0)) + rest)
	}
	return text.String()
}

// recordedNamespaces are mount namespaces with a process each, whose owner cannot be told.
func recordedNamespaces(t *testing.T, tables ...string) (*Reader, All) {
	t.Helper()
	files, all := map[string]string{}, All{}
	for i, text := range tables {
		pid, ino := fmt.Sprint(9000001+i), uint64(77+i)
		files[pid+"/root"], files[pid+"/mountinfo"], files[pid+"/ns/mnt"] = "-> /", text, fmt.Sprintf("-> mnt:[%d]", ino)
		all[ino] = New("", ino)
		all[ino].AddMembers(9000001 + i)
	}
	fs := openProc(t, nstest.Tree(t, files))
	for _, m := range all {
		m.root = fs.Root()
	}
	return NewReader(fs, nil), all
}

// TestLimits: what is over a limit is told, and costs nobody else more than that.
func TestLimits(t *testing.T) {
	small, many, long := table(10, 80), table(namespaceLimit.Items, 60), table(100, namespaceLimit.Bytes/50)
	user := strings.Split(strings.Repeat(table(25_000, 60)+"|", 4), "|")[:4]
	for _, test := range []struct {
		situation string
		tables    []string
		read      int // of the mount namespaces, the first ones
	}{
		{situation: "within", tables: []string{small, small, small}, read: 3},
		{situation: "too many mounts", tables: []string{small, small, many}, read: 2},
		{situation: "too many bytes", tables: []string{small, long}, read: 1},
		{situation: "too many of one user", tables: user, read: 2},
	} {
		r, all := recordedNamespaces(t, test.tables...)
		// The time depends on the machine.
		limit := userLimit
		limit.Time *= 100
		r.accounts.user[-1] = budget.New(limit, nil)
		read := map[uint64]bool{}
		unread := r.Each(all, func(m *Namespace, table *mountinfo.Table, _ *budget.Account) error {
			read[m.Ino] = table.HasRoot
			return nil
		})
		for i := range test.tables {
			if read[uint64(77+i)] != (i < test.read) {
				t.Errorf("%s: read %v", test.situation, read)
			}
		}
		if len(unread) != len(test.tables)-test.read {
			t.Errorf("%s: %v", test.situation, unread)
		}
		for _, m := range unread {
			if m.Err != budget.ErrOver || m.Member() == 0 {
				t.Errorf("%s: %s of pid %d: %v", test.situation, m.Name(), m.Member(), m.Err)
			}
		}
	}
}

// TestLimitOfTime: processor time counts.
func TestLimitOfTime(t *testing.T) {
	r, all := recordedNamespaces(t, table(20_000, 80))
	limit := userLimit
	limit.Time = 1
	r.accounts.user[-1] = budget.New(limit, nil)
	if unread := r.Each(all, func(*Namespace, *mountinfo.Table, *budget.Account) error { return nil }); len(unread) != 1 || unread[0].Err != budget.ErrOver {
		t.Error(unread)
	}
}

// TestRootFirst: the mount namespaces of root are read whatever those of a user cost, and
// before them.
func TestRootFirst(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		user, ino := isolated(t, "true")
		fs := openProc(t, "/proc")
		m, own := member(ino, user), member(inoOf(t, "/proc/self/ns/mnt"), 1)
		m.owner = &owner{uid: 1000}
		r := NewReader(fs, nil)
		r.accounts.user[1000] = budget.New(budget.Amount{}, nil)
		_ = r.accounts.user[1000].Spend(budget.Amount{Items: 1})
		var order []*Namespace
		unread := r.Each(All{m.Ino: m, own.Ino: own}, func(m *Namespace, _ *mountinfo.Table, _ *budget.Account) error {
			order = append(order, m)
			return nil
		})
		if len(order) != 1 || order[0] != own || !own.OfRoot() || len(unread) != 1 || unread[0].Namespace != m {
			t.Errorf("read %v, not %v", order, unread)
		}
	})
}
