//go:build amd64 || arm64

package entry

import "unsafe"

// given is what the process was started with.
type given struct {
	argc uintptr
	argv unsafe.Pointer
	// env is the environment. The word before it is free.
	env unsafe.Pointer
}

// handOver executes the real `ip` for a call of the face ip that is clearly not for netns. It
// returns where the call may be for netns, where anything is out of the ordinary, or where
// the `ip` cannot be executed: then package compat decides by the same rules (isForNetns,
// realIP, realIPEnviron), and has the messages.
//
// A call that is handed over here takes a sixth longer than with `ip` itself. The start of
// the runtime alone takes as long as a whole `ip link show`.
//
//go:nosplit
func handOver(p given) {
	if !isForOthers(p) || mayDropCapabilities(p) || getenv(p.env, RoundsVariable) != nil {
		return
	}
	if path := realIP(p); path != nil {
		countRound(p)
		*word(p.env, ^uintptr(0)) = uintptr(unsafe.Pointer(&round))
		call(sysExecve, uintptr(path), uintptr(p.argv), uintptr(p.env)-wordSize, 0, 0)
	}
}

// isForOthers reports whether the call can only be for an object other than netns and vrf,
// which may execute a command.
//
// Of the options it knows only which may take a value: loops, family, rcvbuf and netns. The
// word after one of these may be the value or the object, and the next one, too. Options
// with two dashes, -batch and -run-dir are left to package compat.
//
//go:nosplit
func isForOthers(p given) bool {
	if p.argc < 2 || !isFaceIP(*(*unsafe.Pointer)(p.argv)) {
		return false
	}
	valued := false // the previous word may be an option with a value
	for i := uintptr(1); i < p.argc; i++ {
		text := *(*unsafe.Pointer)(unsafe.Pointer(word(p.argv, i)))
		if char(text, 0) == '-' {
			switch char(text, 1) {
			case 0, '-':
				return false
			case 'b':
				if char(text, 2) != 'r' { // -brief
					return false
				}
			case 'r':
				if char(text, 2) == 'u' { // -run-dir
					return false
				}
			}
			option := char(text, 1)
			valued = option == 'l' || option == 'f' || option == 'r' || option == 'n'
			continue
		}
		if begins("vrf", text) || begins("netns", text) && !begins("ne", text) {
			return false
		}
		if !valued {
			return true
		}
		valued = false
	}
	return false
}

// isFaceIP reports whether the program was called as ip, in whatever directory.
//
//go:nosplit
func isFaceIP(path unsafe.Pointer) bool {
	base := path
	for ; char(path, 0) != 0; path = unsafe.Add(path, 1) {
		if char(path, 0) == '/' {
			base = unsafe.Add(path, 1)
		}
	}
	return char(base, 0) == 'i' && char(base, 1) == 'p' && char(base, 2) == 0
}

// mayDropCapabilities reports whether the process may have privileges that its caller has
// not, or an ordinary user's capabilities: see proc.HasMoreThanCaller and DropCapabilities.
//
//go:nosplit
func mayDropCapabilities(p given) bool {
	const atUID, atEUID, atSecure = 11, 12, 23 // getauxval(3)
	auxv := p.env
	for *word(auxv, 0) != 0 {
		auxv = unsafe.Add(auxv, wordSize)
	}
	uid, euid, secure := uintptr(1), uintptr(1), uintptr(1)
	for auxv = unsafe.Add(auxv, wordSize); *word(auxv, 0) != 0; auxv = unsafe.Add(auxv, 2*wordSize) {
		switch *word(auxv, 0) {
		case atUID:
			uid = *word(auxv, 1)
		case atEUID:
			euid = *word(auxv, 1)
		case atSecure:
			secure = *word(auxv, 1)
		}
	}
	if secure != 0 || uid == 0 || euid == 0 {
		return secure != 0
	}
	const version3 = 0x20080522
	capabilities.header.version = version3
	failed := call(sysCapget, uintptr(unsafe.Pointer(&capabilities.header)), uintptr(unsafe.Pointer(&capabilities.data)), 0, 0, 0)
	return failed != 0 || capabilities.data != [3]uint64{}
}

// capabilities are the arguments of capget(2).
var capabilities struct {
	header struct{ version, pid uint32 }
	data   [3]uint64
}

// countRound writes the variable that keeps two programs from executing each other for ever:
// see realIPEnviron and callHash in package compat.
//
//go:nosplit
func countRound(p given) {
	const low = 0xff
	dev := self.devMinor&low | self.devMajor<<8 | self.devMinor&^low<<12 // as st_dev of stat(2)
	h := hash(fnvOffset).number(self.ino).number(uint64(dev))
	for i := uintptr(1); i < p.argc; i++ {
		h = h.byte(0)
		for text := *(*unsafe.Pointer)(unsafe.Pointer(word(p.argv, i))); char(text, 0) != 0; text = unsafe.Add(text, 1) {
			h = h.byte(char(text, 0))
		}
	}
	const name = RoundsVariable + "="
	for i := range name {
		round[i] = name[i]
	}
	for i := range 16 {
		round[len(name)+i] = "0123456789abcdef"[h>>(60-4*i)&15]
	}
}

// round is a word of the environment.
var round [len(RoundsVariable) + len("=") + 16 + 1]byte

// hash is FNV-1a, as that of hash/fnv.
type hash uint64

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

//go:nosplit
func (h hash) byte(b byte) hash { return (h ^ hash(b)) * fnvPrime }

// number adds a number, the lowest byte first.
//
//go:nosplit
func (h hash) number(n uint64) hash {
	for range 8 {
		h = h.byte(byte(n))
		n >>= 8
	}
	return h
}
