package mountns

import (
	"math"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
)

// A mount namespace that belongs to our own user namespace is one that root has made: it has
// these limits, which no honest one comes near (fs.mount-max is 100,000), and which end the
// reading of a table that somebody keeps changing.
var ownLimit = budget.Amount{Items: 1 << 20, Bytes: 256 << 20, Kept: 1 << 30, Time: 5 * time.Second}

// A user may mount in such a one, too, by fusermount(1), which allows 1,000 mounts, and then
// move the directories so that each path is as long as he likes. The kernel writes such paths
// at 30 to 100 MB/s, and they are copied to the mount namespace of each service. So the bytes
// of lines beyond longLine, which an honest line does not reach, have a limit for all of them
// together.
const longLine = 8 << 10

var longLines = budget.Amount{Items: math.MaxInt, Bytes: 16 << 20, Kept: math.MaxInt, Time: time.Hour}

// In a user namespace everyone may mount 100,000 times in each of tens of thousands of mount
// namespaces, at paths of any length, and stack them: then the kernel needs a time that grows
// with the square of the mounts (prepend_path in fs/d_path.c). A user has as much as 500
// containers with 100 mounts each need, all users together twice that, one mount namespace the
// half. That keeps a scan below a second and 64 MiB.
var (
	namespaceLimit = budget.Amount{Items: 30_000, Bytes: 3 << 20, Kept: 5 << 20, Time: 250 * time.Millisecond}
	userLimit      = budget.Amount{Items: 60_000, Bytes: 6 << 20, Kept: 5 << 20, Time: 250 * time.Millisecond}
	usersLimit     = budget.Amount{Items: 120_000, Bytes: 12 << 20, Kept: 6 << 20, Time: 400 * time.Millisecond}
)

// EnterCost is what a thread costs that enters a mount namespace, on other processors and in
// the kernel.
const EnterCost = 100 * time.Microsecond

// accounts are those of one scan.
type accounts struct {
	long  *budget.Account
	users *budget.Account
	user  map[int64]*budget.Account
}

func newAccounts() accounts {
	return accounts{budget.New(longLines, nil), budget.New(usersLimit, nil), map[int64]*budget.Account{}}
}

// of makes the account of a mount namespace. long is nil for one of a user.
func (a accounts) of(m *Namespace) (account, long *budget.Account) {
	if m.OfRoot() {
		return budget.New(ownLimit, nil), a.long
	}
	user := a.user[m.Owner()]
	if user == nil {
		user = budget.New(userLimit, a.users)
		a.user[m.Owner()] = user
	}
	return budget.New(namespaceLimit, user), nil
}
