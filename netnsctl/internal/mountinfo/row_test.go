package mountinfo

import (
	"slices"
	"strings"
	"testing"
)

func TestParseRow(t *testing.T) {
	for _, test := range []struct {
		line string
		row  Row
		bad  bool
	}{
		{
			line: "36 35 0:4 net:[4026532177] /run/netns/x rw,nosuid shared:9 - nsfs nsfs rw\n",
			row:  Row{ID: 36, Parent: 35, Dev: "0:4", Root: "net:[4026532177]", Point: "/run/netns/x", FSType: "nsfs", Group: 9},
		},
		{
			line: "37 35 0:25 /a\\040b /c\\011d rw master:9 propagate_from:2 - tmpfs none rw",
			row:  Row{ID: 37, Parent: 35, Dev: "0:25", Root: "/a b", Point: "/c\td", FSType: "tmpfs", Master: 9},
		},
		{
			line: "38 35 0:25 / /both rw shared:3 master:9 - tmpfs none rw",
			row:  Row{ID: 38, Parent: 35, Dev: "0:25", Root: "/", Point: "/both", FSType: "tmpfs", Group: 3, Master: 9},
		},
		{line: "", bad: true},
		{line: "36 35 0:4 / /x rw", bad: true},
		{line: "36 35 0:4 - nsfs", bad: true},
		{line: "x 35 0:4 / /x rw - nsfs nsfs rw", bad: true},
		{line: "36 x 0:4 / /x rw - nsfs nsfs rw", bad: true},
	} {
		f, ok := parseFields([]byte(test.line))
		row := f.row(&texts{})
		if ok == test.bad || ok && row != test.row {
			t.Errorf("%q: %+v, %v", test.line, row, ok)
		}
	}
}

func TestAnyIno(t *testing.T) {
	for _, test := range []struct {
		row  Row
		want uint64
	}{
		{row: Row{Root: "net:[7]", FSType: "nsfs"}, want: 7},
		{row: Row{Root: "mnt:[8]", FSType: "nsfs"}, want: 8},
		{row: Row{Root: "net:[7]", FSType: "tmpfs"}},
		{row: Row{Root: "/", FSType: "nsfs"}},
	} {
		if got := test.row.AnyIno(); got != test.want {
			t.Errorf("%+v: %d", test.row, got)
		}
	}
}

func TestHasRoot(t *testing.T) {
	if !Parse([]byte(recorded), nil).HasRoot {
		t.Error("no root in the recorded table")
	}
	_, below, _ := strings.Cut(recorded, "\n")
	if Parse([]byte(below), nil).HasRoot || Parse(nil, nil).HasRoot {
		t.Error("a root where there is none")
	}
}

func TestFileSystems(t *testing.T) {
	rows, device := Parse([]byte(recorded), nil).FileSystems(30)
	var points []string
	for _, row := range rows {
		points = append(points, row.Point)
	}
	if !slices.Equal(points, []string{"/", "/run", "/run/d", "/srv/- nsfs x"}) || device != "0:25" {
		t.Errorf("%q on %q", points, device)
	}
	if _, device := Parse([]byte(recorded), nil).FileSystems(99); device != "" {
		t.Errorf("device %q of no mount", device)
	}
}
