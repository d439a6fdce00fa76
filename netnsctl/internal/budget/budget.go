// Package budget bounds what a scan spends on what its users control: a user may make
// mounts, descriptors and threads without end, and the scan must not wait for all of them.
package budget

import (
	"errors"
	"time"
)

// Amount is what is spent.
type Amount struct {
	Items int // mounts or descriptors
	Bytes int // that the kernel writes
	Kept  int // bytes that stay in memory
	// Time is processor time: on a machine that is busy with other things nobody exceeds
	// a limit for that reason.
	Time time.Duration
}

// ErrOver says that a limit is exceeded.
var ErrOver = errors.New("over the limit of what a scan looks at")

// Account is what may still be spent on something. It belongs to one goroutine.
type Account struct {
	left  Amount
	above *Account // of which this one is a part; nil if there is none
}

// New makes an account with a limit. What is spent on it is spent on the one above, too.
func New(limit Amount, above *Account) *Account { return &Account{limit, above} }

// Spend takes from the account and from those above it. It is ErrOver if one of them has
// nothing left.
func (a *Account) Spend(x Amount) error {
	over := false
	for ; a != nil; a = a.above {
		a.left.Items -= x.Items
		a.left.Bytes -= x.Bytes
		a.left.Kept -= x.Kept
		a.left.Time -= x.Time
		over = over || a.left.Items < 0 || a.left.Bytes < 0 || a.left.Kept < 0 || a.left.Time < 0
	}
	if over {
		return ErrOver
	}
	return nil
}

// Over reports whether one of the accounts has nothing left.
func (a *Account) Over() bool { return a.Spend(Amount{}) != nil }
