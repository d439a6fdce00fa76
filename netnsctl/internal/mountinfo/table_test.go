package mountinfo

import (
	"slices"
	"testing"
)

// A recorded table: /run is a tmpfs, the run directory is bound on itself, x lies
// in both; y is stacked on x's copy at /run/c/ns; /run/d is covered after z was
// mounted below it.
const recorded = `22 1 8:1 / / rw shared:1 - ext4 /dev/vda rw
25 22 0:25 / /run rw shared:3 - tmpfs tmpfs rw
30 25 0:25 /netns /run/netns rw shared:3 - tmpfs tmpfs rw
31 30 0:4 net:[4026532177] /run/netns/x rw shared:9 - nsfs nsfs rw
32 25 0:4 net:[4026532177] /run/netns/x rw shared:9 - nsfs nsfs rw
33 25 0:4 net:[4026532177] /run/c/ns rw - nsfs nsfs rw
34 33 0:4 net:[4026532200] /run/c/ns rw - nsfs nsfs rw
35 25 0:4 net:[4026532300] /run/d/e\040f\012\134 rw - nsfs nsfs rw
36 25 0:40 / /run/d rw - tmpfs none rw
37 25 0:4 uts:[4026531838] /run/u rw - nsfs nsfs rw
38 22 0:41 / /srv/-\040nsfs\040x rw - tmpfs nsfs rw
`

func TestParseMounts(t *testing.T) {
	var seen Set
	table := Parse([]byte(recorded), &seen)
	type fact struct {
		root, point, file string
		covered, carries  bool
	}
	var got []fact
	for _, row := range table.Namespaces {
		got = append(got, fact{row.Root, row.Point, table.File(row), table.Covered(row), table.Carries(row)})
	}
	want := []fact{
		{"net:[4026532177]", "/run/netns/x", "0:25:/netns/x", false, false},
		{"net:[4026532177]", "/run/netns/x", "0:25:/netns/x", true, false},
		{"net:[4026532177]", "/run/c/ns", "0:25:/c/ns", true, true},
		{"net:[4026532200]", "/run/c/ns", "0:4:net:[4026532177]", false, false},
		{"net:[4026532300]", "/run/d/e f\n\\", "0:25:/d/e f\n\\", true, false},
		{"uts:[4026531838]", "/run/u", "0:25:/u", false, false},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for id, is := range map[uint64]bool{22: true, 38: true, 23: false, 1: false, 1 << 40: false} {
		if seen.Has(id) != is {
			t.Errorf("mount %d seen: %v", id, !is)
		}
	}
}

func TestParentDir(t *testing.T) {
	for in, want := range map[string]string{"/a/b": "/a", "/a": "/", "/": "", "": ""} {
		if got := parentDir(in); got != want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}

func FuzzParseMounts(f *testing.F) {
	f.Add([]byte(recorded))
	f.Add([]byte("1 1 0:4 net:[1] / - nsfs"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		if len(text) > 4096 {
			return
		}
		var seen Set
		table := Parse(text, &seen)
		for _, row := range table.Namespaces {
			table.Covered(row)
			table.File(row)
			row.Ino("net")
		}
	})
}
