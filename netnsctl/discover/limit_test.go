package discover

import "testing"

// TestExceeds: four fifths are not exceeded, whatever the limit, and nothing overflows.
func TestExceeds(t *testing.T) {
	for _, c := range []struct {
		count, limit int
		want         bool
	}{
		{0, 1, false},
		{1, 1, true},
		{4, 5, false},
		{5, 5, true},
		{5, 6, true},
		{7, 9, false},
		{8, 9, true},
		{80, 100, false},
		{81, 100, true},
		{100, 1<<31 - 1, false},
	} {
		if got := exceeds(c.count, c.limit); got != c.want {
			t.Errorf("%d of %d: %v", c.count, c.limit, got)
		}
	}
	if (Limit{Max: 5}).NearlyReached() || (Limit{Users: []Usage{{0, 9}}}).NearlyReached() {
		t.Error("nobody, or no limit")
	}
}
