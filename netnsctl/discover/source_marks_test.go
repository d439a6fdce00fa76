package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// The lines are those of Linux 6.18 (with a file handle) and older ones.
func TestParseMark(t *testing.T) {
	for _, test := range []struct {
		line string
		mark mark
		none bool
	}{
		{
			line: "inotify wd:1 ino:f0000305 sdev:4 mask:404 ignored_mask:0 fhandle-bytes:10 fhandle-type:f1 f_handle:70db00000000000000000040050300f0\n",
			mark: mark{ino: 0xf0000305, dev: 4, kind: sys.TypeNet},
		},
		{line: "inotify wd:1 ino:f0000305 sdev:4 mask:404 ignored_mask:0\n", mark: mark{ino: 0xf0000305, dev: 4}},
		{line: "fanotify ino:2a sdev:800001 mflags:0 mask:20 ignored_mask:0 fhandle-bytes:8 ", mark: mark{ino: 0x2a, dev: 0x801}},
		{line: "inotify ino:2a sdev:4 f_handle:xyz", mark: mark{ino: 0x2a, dev: 4}},
		{line: "", none: true},
		{line: "pos:\t0\n", none: true},
		{line: "inotify wd:1", none: true},
		{line: "fanotify flags:0 event-flags:0", none: true},
		{line: "fanotify mnt_id:20 mflags:0", none: true},
		{line: "inotify ino:1 sdev:x", none: true},
	} {
		if got, ok := parseMark([]byte(test.line)); ok == test.none || ok && got != test.mark {
			t.Errorf("%q: %+v, %v", test.line, got, ok)
		}
	}
}

func TestMarks(t *testing.T) {
	const netHandle = " fhandle-bytes:10 fhandle-type:f1 f_handle:70db00000000000000000040050300f0"
	v := recorded(t, map[string]string{
		"9000001/fdinfo/3": "pos:\t0\ninotify wd:1 ino:4d sdev:4 mask:404 ignored_mask:0" + netHandle + "\n" +
			"inotify wd:2 ino:4e sdev:5 mask:404 ignored_mask:0\n", // on another file system
		"9000001/fdinfo/4": "fanotify flags:0 event-flags:0\nfanotify ino:4f sdev:4 mflags:0 mask:20 ignored_mask:0\n",
		"9000001/fdinfo/5": "inotify wd:1 ino:50 sdev:4 mask:404 ignored_mask:0\n" + // nobody knows it
			"inotify wd:2 ino:51 sdev:4 mask:404 ignored_mask:0\n", // a uts namespace
	})
	v.add([]sighting{sighted(0x4f, Pin{})})
	v.types[0x51] = 0x04000000
	v.files = []openFile{
		{pid: 9000001, fd: 3, class: inotifyGroup},
		{pid: 9000001, fd: 4, class: fanotifyGroup},
		{pid: 9000001, fd: 5, class: inotifyGroup},
		{pid: 9000001, fd: 6, class: inotifyGroup}, // closed meanwhile
	}
	seen, gaps := marks(v)
	expect(t, seen, map[uint64]Pin{
		0x4d: {Kind: Inotify, PID: 9000001, FD: 3},
		0x4f: {Kind: Fanotify, PID: 9000001, FD: 4},
	})
	expectGaps(t, gaps, Gap{What: GapMarks, Count: 1})
}
