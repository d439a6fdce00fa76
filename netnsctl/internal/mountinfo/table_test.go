package mountinfo

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"testing/iotest"
	"time"
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
	for id, is := range map[int]bool{22: false, 25: false, 30: true, 33: false, 36: false} {
		if row, _ := table.ByID(id); table.OnItself(row) != is {
			t.Errorf("mount %d is on itself: %v", id, !is)
		}
	}
	for id, is := range map[uint64]bool{22: true, 38: true, 23: false, 1: false, 1 << 40: false} {
		if seen.Has(id) != is {
			t.Errorf("mount %d seen: %v", id, !is)
		}
	}
}

// Without a mount of a namespace, [Parse] keeps the numbers only.
func TestParseNone(t *testing.T) {
	var seen Set
	table := Parse([]byte("22 1 8:1 / / rw - ext4 /dev/vda rw\n99999999999 1 8:1 / / rw - ext4 /dev/vda rw\n"), &seen)
	if len(table.Namespaces) != 0 || !seen.Has(22) {
		t.Errorf("%+v, mount 22 seen: %v", table.Namespaces, seen.Has(22))
	}
	if file := table.File(Row{ID: 24, Parent: 23, Point: "/x"}); file != "" {
		t.Errorf("file %q on a mount that is not known", file)
	}
}

func TestByID(t *testing.T) {
	table := Parse([]byte(recorded), nil)
	row, ok := table.ByID(35)
	if !ok || row.Point != "/run/d/e f\n\\" {
		t.Errorf("%+v, %v", row, ok)
	}
	if by, covered := table.Cover(row); by.Point != "/run/d" || !covered {
		t.Errorf("covered at %q, %v", by.Point, covered)
	}
	if parent := table.Parent(row); parent.Point != "/run" || parent.Group == 0 {
		t.Errorf("parent %+v", parent)
	}
	if below := table.Below(row); below != "d/e f\n\\" {
		t.Errorf("below %q", below)
	}
	root, _ := table.ByID(22)
	if parent := table.Parent(root); parent != (Row{}) || table.Covered(root) {
		t.Errorf("the root is on %+v", parent)
	}
	if _, ok := table.ByID(1); ok {
		t.Error("a mount that is not there")
	}
}

// Of several covers, the outermost one can be unmounted first.
func TestCoverOutermost(t *testing.T) {
	table := Parse([]byte(`22 1 8:1 / / rw - ext4 /dev/vda rw
30 22 0:4 net:[7] /a/b/x rw - nsfs nsfs rw
31 30 0:4 uts:[8] /a/b/x rw - nsfs nsfs rw
32 22 0:40 / /a/b rw - tmpfs none rw
33 22 0:41 / /a rw - tmpfs none rw
`), nil)
	if by, covered := table.Cover(table.Namespaces[0]); by.Point != "/a" || !covered {
		t.Errorf("%q, %v", by.Point, covered)
	}
}

// A mount ends with the file that it is on, and with those that the mounts below it are on.
func TestEachOn(t *testing.T) {
	files, all := map[int][]string{}, func([]byte) bool { return true }
	Parse([]byte(recorded), nil).EachOn(all, func(file string, row Row) bool {
		files[row.ID] = append([]string{file}, files[row.ID]...)
		return true
	})
	for id, want := range map[int][]string{
		22: {""},
		25: {"", "8:1:/run"},
		31: {"", "8:1:/run", "0:25:/netns", "0:25:/netns/x"},
		34: {"", "8:1:/run", "0:25:/c/ns", "0:4:net:[4026532177]"},
	} {
		if !slices.Equal(files[id], want) {
			t.Errorf("mount %d: %q", id, files[id])
		}
	}
	Parse([]byte(recorded), nil).EachOn(func(file []byte) bool { return string(file) == "0:25:/u" }, func(file string, row Row) bool {
		if file != "0:25:/u" || row.ID != 37 {
			t.Errorf("mount %d ends with %s", row.ID, file)
		}
		return true
	})
}

// Anyone may lay thousands of mounts on one another. Each is gone through once, and told
// once for a file.
func TestStack(t *testing.T) {
	const depth = 30000
	text := []byte("1 1 8:1 / / rw - ext4 /dev/vda rw\n")
	for id := 2; id < depth+2; id++ {
		text = fmt.Appendf(text, "%d %d 0:4 net:[7] /a/b rw - nsfs nsfs rw\n", id, id-1)
	}
	text = fmt.Appendf(text, "%d %d 0:40 / /a/b/c rw - tmpfs none rw\n", depth+2, depth+1)
	start := time.Now()
	table := Parse(text, nil)
	for _, row := range table.Namespaces {
		if top := row.ID == depth+1; table.Covered(row) == top {
			t.Fatalf("mount %d of %d: covered %v", row.ID, depth, top)
		}
	}
	on := map[string]int{}
	table.EachOn(func(file []byte) bool { return string(file) != "8:1:/" }, func(file string, _ Row) bool {
		on[file]++
		return true
	})
	if on["8:1:/a/b"] != depth+1 || on["0:4:net:[7]"] != depth {
		t.Errorf("%d mounts end with the file, %d with another", on["8:1:/a/b"], on["0:4:net:[7]"])
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

// A table that was read while mounts changed may have a circle.
func TestCircle(t *testing.T) {
	table := Parse([]byte("1 2 0:4 net:[7] /a rw - nsfs nsfs rw\n2 1 0:4 net:[8] /b rw - nsfs nsfs rw\n"), nil)
	found := map[string]bool{}
	table.EachOn(func([]byte) bool { return true }, func(file string, row Row) bool {
		found[fmt.Sprint(row.ID, " ", file)] = true
		return true
	})
	if !found["1 0:4:net:[8]/a"] || !found["2 0:4:net:[7]/b"] {
		t.Error(found)
	}
	for _, row := range table.Namespaces {
		if table.Covered(row) {
			t.Errorf("%+v is covered", row)
		}
	}
}

func FuzzParseMounts(f *testing.F) {
	f.Add([]byte(recorded))
	f.Add([]byte("1 1 0:4 net:[1] / - nsfs"))
	f.Add([]byte("1 1 0:4 net:[1] /\x00 - nsfs\n2 1 0:4 / /a//b rw - tmpfs\n"))
	var again Table
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 4096 {
			return
		}
		var seen Set
		table := Parse(text, &seen)
		if err := again.Read(iotest.HalfReader(bytes.NewReader(text)), nil, free); err != nil || !slices.Equal(again.Namespaces, table.Namespaces) {
			t.Errorf("%v: in pieces %+v, at once %+v", err, again.Namespaces, table.Namespaces)
		}
		for _, row := range table.Namespaces {
			if table.Covered(row) != again.Covered(row) || table.File(row) != again.File(row) || table.Carries(row) != again.Carries(row) {
				t.Errorf("in pieces another one: %+v", row)
			}
			row.Ino("net")
		}
		table.EachOn(func([]byte) bool { return true }, func(string, Row) bool { return true })
	})
}
