package mountinfo

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

func free(int, int) error { return nil }

// TestReadInPieces: wherever a read(2) ends, the table is the same one.
func TestReadInPieces(t *testing.T) {
	want := Parse([]byte(recorded), nil)
	var table Table
	for range 2 {
		var seen Set
		err := table.Read(iotest.OneByteReader(strings.NewReader(strings.TrimSuffix(recorded, "\n"))), &seen, free)
		if err != nil || !slices.Equal(table.Namespaces, want.Namespaces) || !seen.Has(38) || !table.HasRoot {
			t.Errorf("%v: %+v", err, table.Namespaces)
		}
	}
}

// TestReadLongLines: what is kept of a path that is longer than any path may be does not depend
// on its length, and the rows around it are whole.
func TestReadLongLines(t *testing.T) {
	for _, length := range []int{maxPath - 2, maxPath - 1, maxEscaped + 1, bufferSize, 3 * bufferSize, 1 << 20} {
		long := "/run/" + strings.Repeat("d", length-len("/run/"))
		text := recorded +
			"40 25 0:4 net:[7] " + long + " rw shared:9 - nsfs nsfs rw\n" +
			"41 40 0:4 net:[7] " + long + " rw - nsfs nsfs rw\n" +
			"42 25 0:25 " + long + " /run/e rw - tmpfs none rw\n" +
			"43 42 0:4 net:[8] /run/e/x rw - nsfs nsfs rw\n" +
			"44 25 0:25 " + long + " " + long + " rw - tmpfs none rw," + long + "\n" +
			"45 25 0:4 net:[9] /run/f rw - nsfs nsfs rw\n"
		var seen Set
		table := Parse([]byte(text), &seen)
		far := length >= maxPath
		rows := table.Namespaces[len(table.Namespaces)-4:]
		for i, want := range []Row{
			{ID: 40, Parent: 25, Dev: "0:4", Root: "net:[7]", FSType: "nsfs", Far: far, Group: 9},
			{ID: 41, Parent: 40, Dev: "0:4", Root: "net:[7]", FSType: "nsfs", Far: far},
			{ID: 43, Parent: 42, Dev: "0:4", Root: "net:[8]", Point: "/run/e/x", FSType: "nsfs"},
			{ID: 45, Parent: 25, Dev: "0:4", Root: "net:[9]", Point: "/run/f", FSType: "nsfs"},
		} {
			got := rows[i]
			if i < 2 {
				if shown := strings.TrimSuffix(got.Point, "…"); !strings.HasPrefix(long, shown) || far == (shown == long) || far && len(shown) > maxShown {
					t.Errorf("%d bytes: %d of the mount point are shown", length, len(shown))
				}
				got.Point = ""
			}
			if got != want {
				t.Errorf("%d bytes: %+v", length, got)
			}
			if covered := table.Covered(rows[i]); covered != (i == 0 || i == 1 && far) {
				t.Errorf("%d bytes: mount %d is covered: %v", length, got.ID, covered)
			}
		}
		if file := table.File(rows[2]); (file == "") != far || table.File(rows[3]) != "0:25:/f" {
			t.Errorf("%d bytes: %.20q, %q", length, file, table.File(rows[3]))
		}
		for id := range uint64(6) {
			if !seen.Has(40 + id) {
				t.Errorf("%d bytes: mount %d is not seen", length, 40+id)
			}
		}
		if most := len(recorded) + 10*maxEscaped; len(table.text) > most {
			t.Errorf("%d bytes: %d are kept", length, len(table.text))
		}
	}
}

// TestReadEnds: an error ends the reading, and what was read before stays.
func TestReadEnds(t *testing.T) {
	var table Table
	mounts, bytesRead := 0, 0
	err := table.Read(iotest.HalfReader(strings.NewReader(recorded)), nil, func(m, b int) error {
		mounts, bytesRead = mounts+m, bytesRead+b
		if mounts > 3 {
			return syscall.EDQUOT
		}
		return nil
	})
	if err != syscall.EDQUOT || len(table.mounts) != mounts || bytesRead == 0 || len(table.Namespaces) == 0 {
		t.Errorf("%v: %d mounts of %d", err, len(table.mounts), mounts)
	}
	broken := errors.New("broken")
	if err := table.Read(iotest.ErrReader(broken), nil, free); err != broken || len(table.Namespaces) != 0 {
		t.Errorf("%v: %+v", err, table.Namespaces)
	}
}

// TestManyDirectories: a mount point of a thousand directories, each of which might be covered.
func TestManyDirectories(t *testing.T) {
	dir := strings.Repeat("/d", 1000)
	text := []byte("1 1 8:1 / / rw - ext4 /dev/vda rw\n2 1 0:4 net:[7] " + dir + "/x rw - nsfs nsfs rw\n")
	table := Parse(text, nil)
	if table.Covered(table.Namespaces[0]) {
		t.Error("covered by nothing")
	}
	text = append(text, "3 1 0:40 / "+dir[:1000]+" rw - tmpfs none rw\n4 1 0:41 / "+dir[:100]+"e rw - tmpfs none rw\n"...)
	table = Parse(bytes.Clone(text), nil)
	if by, covered := table.Cover(table.Namespaces[0]); by.Point != dir[:1000] || !covered {
		t.Errorf("covered at %d bytes, %v", len(by.Point), covered)
	}
}
