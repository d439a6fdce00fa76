package discover

import (
	"bytes"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// FuzzFDInfo: marks, rings and sockets are read without a panic, and no inode is
// 0, which stands for none.
func FuzzFDInfo(f *testing.F) {
	for _, seed := range []string{
		"inotify wd:1 ino:f0000305 sdev:4 mask:404 ignored_mask:0 fhandle-bytes:10 fhandle-type:f1 f_handle:70db00000000000000000040050300f0\n",
		"fanotify ino:2a sdev:800001 mflags:0 mask:20 ignored_mask:0",
		"UserFiles:\t2\n    0: net:[4026532426]\n    1: socket:[99]\nUserBufs:\t0\n",
		"pos:\t0\nflags:\t02\nscm_fds: 3\n",
		"scm_fds: -9223372036854775809",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for line := range bytes.Lines(text) {
			if m, ok := parseMark(line); ok && m.ino == 0 {
				t.Errorf("%q: %+v", line, m)
			}
		}
		if n := sys.SentFDs(text); n != 0 && !bytes.Contains(text, []byte("scm_fds:")) {
			t.Errorf("%q: %d sent", text, n)
		}
		files, ok := ringFiles(text)
		if !ok && len(files) > 0 {
			t.Errorf("%q: files of no ring: %q", text, files)
		}
	})
}
