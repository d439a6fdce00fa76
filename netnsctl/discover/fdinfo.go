package discover

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// anonymous looks at a descriptor without a file: an inotify or fanotify group
// pins what it has marks on, a ring what was registered with it.
func (w *walker) anonymous(dir int, p Pin) {
	n, err := sys.ReadlinkAt(dir, w.path.Set(p.FD, ""), w.link[:])
	if err != nil {
		return
	}
	switch string(w.link[:n]) {
	case "anon_inode:inotify":
		p.Kind = Inotify
	case "anon_inode:[fanotify]":
		p.Kind = Fanotify
	case "anon_inode:[io_uring]":
		w.ring(p)
		return
	default:
		return
	}
	for line := range bytes.Lines(w.fdinfo(p)) {
		if m, ok := parseMark(line); ok && m.dev == w.s.nsfs {
			w.mark(m, p)
		}
	}
}

func (w *walker) mark(m mark, p Pin) {
	if m.kind == sys.TypeNet {
		w.see(m.ino, p)
		return
	}
	if m.kind == 0 {
		w.files = append(w.files, sighting{m.ino, p})
	}
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

// ring looks at the files registered with an io_uring.
func (w *walker) ring(p Pin) {
	p.Kind = IOUring
	files, ok := ringFiles(w.fdinfo(p))
	if !ok {
		w.rings++ // the ring was busy
		return
	}
	for _, file := range files {
		ino, isNet := linkIno(file, "net:[")
		switch {
		case isNet:
			w.see(ino, p)
		case bytes.HasPrefix(file, []byte("socket:[")):
			w.ringSocket(file, p)
		case len(file) == 0 || string(file) == "/":
			w.rings++ // all that kernels before the text said of sockets and namespaces
		}
	}
}

// ringFiles reads the files registered with an io_uring, which fdinfo names by
// what their links in procfs would be:
//
//	UserFiles:	1
//	    0: net:[4026532426]
func ringFiles(fdinfo []byte) (files [][]byte, ok bool) {
	_, after, ok := bytes.Cut(fdinfo, []byte("UserFiles:"))
	for line := range bytes.Lines(after) {
		slot, file, found := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		if _, err := strconv.Atoi(string(slot)); found && err == nil { // not the count, or what follows the files
			files = append(files, bytes.TrimPrefix(file, []byte(" ")))
		}
	}
	return files, ok
}

// ringSocket settles a registered socket if a descriptor has it, too.
func (w *walker) ringSocket(file []byte, p Pin) {
	ino, _ := linkIno(file, "socket:[")
	if known, ok := w.sockNets[ino]; ok && !known.unread {
		w.see(known.net, p)
		return
	}
	w.rings++
}

// fdinfo reads what the kernel says of a descriptor, good until the next call.
func (w *walker) fdinfo(p Pin) []byte {
	path := w.path.Set(p.PID, "/fdinfo/"+strconv.Itoa(p.FD))
	if p.TID != 0 {
		path = w.path.SetTask(p.PID, p.TID, "/fdinfo/"+strconv.Itoa(p.FD))
	}
	fd, err := sys.OpenAt(w.s.proc, path)
	if err != nil {
		return nil
	}
	defer sys.Close(fd)
	w.text, _ = sys.ReadAll(fd, w.text)
	return w.text
}
