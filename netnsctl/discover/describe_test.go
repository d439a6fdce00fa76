package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// TestRecyclable: on a kernel without cookies, an idle namespace that may be removed by its
// name is held open.
func TestRecyclable(t *testing.T) {
	for _, test := range []struct {
		verdict    Verdict
		cookie     uint64
		recyclable bool
	}{
		{verdict: Idle, recyclable: true},
		{verdict: Idle, cookie: 7},
		{verdict: InUse},
		{verdict: Own},
	} {
		ns := &Namespace{Identity: netnsctl.Identity{ID: netID(5), Cookie: test.cookie}, Verdict: test.verdict}
		if ns.recyclable() != test.recyclable {
			t.Errorf("%s with cookie %d: %v", test.verdict, test.cookie, !test.recyclable)
		}
	}
}
