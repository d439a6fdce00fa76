package discover

import "testing"

// TestStacks: what lies on one another at one path is one stack, in whatever order it was seen.
func TestStacks(t *testing.T) {
	all := Stacks([]*Mount{
		{Namespace: 1, Path: "/run/a", ID: 12, ParentID: 11},
		{Namespace: 1, Path: "/run/a", ID: 10, ParentID: 3, Covered: true},
		{Namespace: 2, Path: "/run/a", ID: 20, ParentID: 4},
		{Namespace: 1, Path: "/run/a", ID: 11, ParentID: 10, Covered: true},
		{Namespace: 1, Path: "/run/b", ID: 13, ParentID: 3, Covered: true},
		{Namespace: 1, Path: "/run/a", ID: 15, ParentID: 14}, // in a directory that covers the other one
		{Namespace: 1, Path: "/run/c", ID: 30, ParentID: 31},
		{Namespace: 1, Path: "/run/c", ID: 31, ParentID: 30},
	})
	want := []struct {
		top, bottom uint64
		mounts      int
	}{
		{13, 13, 1}, // covered, so it may not be possible to unmount it
		{12, 10, 3},
		{20, 20, 1},
		{15, 15, 1},
		{30, 30, 2},
	}
	if len(all) != len(want) {
		t.Fatalf("%d stacks", len(all))
	}
	for i, w := range want {
		if s := all[i]; s.Top.ID != w.top || s.Bottom.ID != w.bottom || len(s.Mounts) != w.mounts {
			t.Errorf("stack %d: top %d, bottom %d, %d mounts", i, s.Top.ID, s.Bottom.ID, len(s.Mounts))
		}
	}
}
