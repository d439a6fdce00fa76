package discover

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// marks sees the inotify and fanotify marks on the files of namespaces.
func marks(v *vantage) (seen []sighting, gaps []Gap) {
	unknown := 0
	for _, f := range v.classFiles(inotifyGroup, fanotifyGroup) {
		p := f.pin(Inotify)
		if f.class == fanotifyGroup {
			p.Kind = Fanotify
		}
		for line := range bytes.Lines(v.fs.FDInfo(f.pid, f.tid, f.fd)) {
			m, ok := parseMark(line)
			switch {
			case !ok || m.dev != v.own.Dev:
			case m.kind == sys.TypeNet || m.kind == 0 && v.nets[m.ino]:
				seen = append(seen, v.sighting(m.ino, p))
			case m.kind == 0 && v.types[m.ino] == 0:
				unknown++ // before Linux 6.18 no file handle tells
			}
		}
	}
	return seen, counted(Gap{What: GapMarks, Count: unknown})
}

// mark is a watched file.
type mark struct {
	ino, dev uint64
	// kind is the type of the namespace, if its file handle tells (Linux 6.18).
	kind int
}

// parseMark reads a line such as
//
//	inotify wd:1 ino:f0000305 sdev:4 mask:404 … fhandle-type:f1 f_handle:70db…
//	fanotify ino:f0000305 sdev:4 mflags:0 mask:20 …
//
// of fdinfo (proc(5)). All numbers are hexadecimal; sdev is the kernel's own
// form, major << 20 | minor.
func parseMark(line []byte) (m mark, ok bool) {
	for word := range bytes.FieldsSeq(line) {
		key, value, _ := bytes.Cut(word, []byte(":"))
		switch string(key) {
		case "ino":
			m.ino, _ = strconv.ParseUint(string(value), 16, 64)
		case "sdev":
			n, err := strconv.ParseUint(string(value), 16, 32)
			m.dev, ok = sys.KernelDev(uint32(n)), err == nil
		case "f_handle":
			m.kind = handleType(value)
		}
	}
	return m, ok && m.ino != 0
}

// handleType reads the type from an nsfs file handle.
func handleType(digits []byte) int {
	raw, err := hex.DecodeString(string(digits))
	if err != nil || len(raw) != 16 {
		return 0
	}
	return int(binary.NativeEndian.Uint32(raw[8:]))
}
