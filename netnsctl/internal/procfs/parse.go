package procfs

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// ParseLink reads the inode number from a link such as net:[4026531840] where it is of
// this kind.
func ParseLink(link []byte, kind string) (ino uint64, ok bool) {
	digits, found := bytes.CutPrefix(link, []byte(kind))
	if !found || len(digits) < 4 || digits[0] != ':' || digits[1] != '[' || digits[len(digits)-1] != ']' {
		return 0, false
	}
	digits = digits[2 : len(digits)-1]
	if len(digits) > 19 { // 19 digits fit into 64 bits
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		ino = ino*10 + uint64(c-'0')
	}
	return ino, true
}

// ProcessOf gives the process of a path such as /proc/1234/ns/net below the procfs at
// root.
func ProcessOf(path, root string) (pid int, ok bool) {
	rest, ok := strings.CutPrefix(path, root+"/")
	if !ok {
		return 0, false
	}
	digits, _, ok := strings.Cut(rest, "/")
	pid, err := strconv.Atoi(digits)
	return pid, ok && err == nil && pid > 0 && strconv.Itoa(pid) == digits
}

// NetFile gives the path below /proc/net of the file that a descriptor leads to, from its
// link:
//
//	/proc/1234/net/dev
//	/proc/1234/task/1235/net/stat/nf_conntrack (deleted)
//
// The process may have ended, and the procfs may be mounted anywhere.
func NetFile(link []byte) (file string, ok bool) {
	const dir = "/net/"
	end := bytes.LastIndex(link, []byte(dir))
	if end < 0 {
		return "", false
	}
	pid := link[bytes.LastIndexByte(link[:end], '/')+1 : end]
	if len(pid) == 0 || len(bytes.Trim(pid, "0123456789")) > 0 {
		return "", false
	}
	return string(bytes.TrimSuffix(link[end+len(dir):], []byte(" (deleted)"))), true
}

// StartTicks is when a process started, in clock ticks after the boot, as the text of
// /proc/PID/stat has it.
func StartTicks(stat []byte) (int64, error) { return statField(stat, 22) }

// Parent is the parent of a process, as the text of /proc/PID/stat has it.
func Parent(stat []byte) (int64, error) { return statField(stat, 4) }

// statField reads a field of /proc/PID/stat, the fourth or a later one. The command is
// in parentheses and may contain anything, so the fields are counted from the last one.
func statField(stat []byte, n int) (int64, error) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || len(fields) < n-2 {
		return 0, os.ErrInvalid
	}
	return strconv.ParseInt(string(fields[n-3]), 10, 64)
}

// Ends reports whether a process is about to end: each of its threads is exiting, or has
// the SIGKILL that the end of the process sends it. The files of such a process belong
// to root, whom a user namespace need not know, so they cannot be read.
func (fs *FS) Ends(pid int) bool {
	ends, _ := ask(fs.helper, pid, func() (bool, error) { return fs.ends(pid), nil }, nil)
	return ends
}

func (fs *FS) ends(pid int) bool {
	tasks := strconv.Itoa(pid) + "/task/"
	dir, err := sys.OpenAt(fs.fd, append(sys.CPath(tasks), 0))
	if err != nil {
		return Gone(err)
	}
	defer sys.Close(dir)
	all := true
	err = sys.EachNumber(dir, make([]byte, 4<<10), func(tid int) bool {
		text, err := fs.ReadFile(tasks + strconv.Itoa(tid) + "/stat")
		const exiting = 0x4 // PF_EXITING, include/linux/sched.h
		flags, _ := statField(text, 9)
		pending, _ := statField(text, 31)
		all = Gone(err) || flags&exiting != 0 || pending&(1<<(syscall.SIGKILL-1)) != 0
		return all
	})
	return all && (err == nil || Gone(err))
}
