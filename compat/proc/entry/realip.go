//go:build amd64 || arm64

package entry

import "unsafe"

// statx is struct statx of linux/stat.h, with what is of use here.
type statx struct {
	_                  [28]byte
	mode               uint16
	_                  [2]byte
	ino                uint64
	_                  [96]byte
	devMajor, devMinor uint32
	_                  [112]byte
}

// self is this program, and other a file that may be the real `ip`.
var (
	selfPath    = [...]byte{'/', 'p', 'r', 'o', 'c', '/', 's', 'e', 'l', 'f', '/', 'e', 'x', 'e', 0}
	self, other statx
)

// paths are a file in PATH that may be the real `ip`, and the one that is looked at.
var paths [2][4096]byte

// realIP is the path of the real `ip`, or NULL where package compat has to look for it: see
// its realIP.
//
//go:nosplit
func realIP(p given) (path unsafe.Pointer) {
	if !stat(unsafe.Pointer(&selfPath), &self) {
		return nil
	}
	if named := getenv(p.env, IPVariable); named != nil && char(named, 0) != 0 {
		if stat(named, &other) && !isSelf() {
			return named
		}
		return nil
	}
	dirs := getenv(p.env, "PATH")
	if dirs == nil || char(dirs, 0) == 0 {
		return nil
	}
	free := 0
	for {
		candidate := unsafe.Pointer(&paths[free])
		rest := appendIP(candidate, dirs)
		switch {
		case rest == nil:
			return nil
		case !stat(candidate, &other) || other.mode&modeType == modeDir || other.mode&0o111 == 0:
		case isSelf():
			path = nil // the one that follows
		case path == nil:
			path = candidate
			free = 1 - free
		}
		if char(rest, 0) == 0 {
			return path
		}
		dirs = unsafe.Add(rest, 1)
	}
}

const (
	modeType = 0o170000
	modeDir  = 0o040000
)

// appendIP makes the path of ip in the first directory of dirs, as execvp(3) does. The result
// is where that directory ends, or NULL where the path is too long.
//
//go:nosplit
func appendIP(path, dirs unsafe.Pointer) (rest unsafe.Pointer) {
	length := 0
	for ; char(dirs, length) != ':' && char(dirs, length) != 0; length++ {
		if length == len(paths[0])-len("./ip\x00") {
			return nil
		}
		*(*byte)(unsafe.Add(path, length)) = char(dirs, length)
	}
	rest = unsafe.Add(dirs, length)
	if length == 0 {
		*(*byte)(path) = '.'
		length = 1
	}
	*(*[4]byte)(unsafe.Add(path, length)) = [4]byte{'/', 'i', 'p', 0}
	return rest
}

// stat is statx(2), of Linux 4.11.
//
//go:nosplit
func stat(path unsafe.Pointer, into *statx) bool {
	const atFDCWD = -100
	const basicStats = 0x7ff
	cwd := atFDCWD
	return call(sysStatx, uintptr(cwd), uintptr(path), 0, basicStats, uintptr(unsafe.Pointer(into))) == 0
}

// isSelf reports whether other is this program.
//
//go:nosplit
func isSelf() bool {
	return other.ino == self.ino && other.devMajor == self.devMajor && other.devMinor == self.devMinor
}
