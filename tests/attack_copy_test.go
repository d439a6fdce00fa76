package tests

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// copyAttacks hold a descriptor of which root must not make a copy that it waits for. The
// first argument is the mount point of a file system whose server they have.
var copyAttacks = attacks{
	"hanging": hanging,
	// flight: a descriptor of a file system that does not answer close(2) is in flight.
	"flight": func(args []string) {
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
		check(err)
		file := openIn(args[0])
		check(unix.Sendmsg(pair[0], []byte("x"), unix.UnixRights(file), nil, 0))
		tellServer(holdClose)
		forever()
	},
	// flip-socket: descriptor 10 is a socket, and a file of such a file system.
	"flip-socket": func(args []string) {
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
		check(err)
		file := openIn(args[0])
		tellServer(holdClose)
		flip(pair[0], file)
	},
	// flip-tun: the same with a tap device.
	"flip-tun": func(args []string) {
		file := openIn(args[0])
		tun := must(unix.Open("/run/tun", unix.O_RDWR, 0))
		tellServer(holdClose)
		flip(tun, file)
	},
	// peek: a thread reads a message with a descriptor into memory that does not come: it
	// has the lock of the socket that a peek takes, too.
	"peek": func(args []string) {
		memory := mapped(openIn(args[0]))
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		check(err)
		check(unix.Sendmsg(pair[0], make([]byte, 4096), unix.UnixRights(pair[0]), nil, 0))
		tellServer(hangAll)
		unix.Recvfrom(pair[1], memory, 0)
	},
	// execute: a new program begins when a descriptor has been closed, which is not
	// answered: meanwhile procfs makes everyone wait who asks for the namespaces of the process.
	"execute": func(args []string) {
		unix.CloseOnExec(openIn(args[0]))
		tellServer(hangAll)
		check(unix.Exec("/proc/self/exe", []string{"attacker"}, nil))
	},
	// arguments: the memory of the command line does not come.
	"arguments": func(args []string) {
		memory := mapped(openIn(args[0]))
		start := uintptr(unsafe.Pointer(&memory[0]))
		check(setArguments(start, start+uintptr(len(memory))))
		tellServer(hangAll)
		memory[0] = 1
	},
}

// openIn opens a file of a file system.
func openIn(point string) int { return must(unix.Open(point+"/f", unix.O_RDWR, 0)) }

// mapped maps the first page of a file.
func mapped(fd int) []byte {
	memory, err := unix.Mmap(fd, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE)
	check(err)
	return memory
}

// victims are what a clean-up has to deal with while it cannot see everything: a dead name,
// which goes, and an orphan, which stays where the attacker could use it.
func (b *battlefield) victims() (orphan string) {
	b.shell(`: >/run/netns/dead`)
	b.shell(`leakElsewhere`)
	ino, err := os.ReadFile("/run/ino")
	if err != nil {
		b.t.Fatal(err)
	}
	return lastWord(string(ino))
}

// blindCleanUp cleans up where the attacker hides what he has open: the dead name goes, the
// orphan stays, and it is said who does that.
func (b *battlefield) blindCleanUp(a *attacker, orphan string) {
	b.t.Helper()
	said := b.brisk("delete", "--force-orphans", "--min-age", "0")
	if b.t.Failed() {
		return
	}
	text := said.stdout + said.stderr
	if _, err := os.Lstat("/run/netns/dead"); err == nil {
		b.t.Errorf("a dead name stays because of an ordinary user:\n%s", text)
	}
	expectParts(b.t, "a clean-up that does not see everything", said, said.status, text, fmt.Sprint("pid ", a.pid), "mallory")
	if !b.finds(orphan) {
		b.t.Errorf("a namespace was released that the attacker may use:\n%s", text)
	}
}

// look runs what root looks with, until a command does not keep the limits. `make test` runs
// the first three: each may wait for a second.
func (b *battlefield) look(rounds int) {
	b.t.Helper()
	commands := lookingCommands
	if !attacksInFull {
		commands = commands[:3]
	}
	for range rounds {
		for _, words := range commands {
			if b.brisk(words...); b.t.Failed() {
				return
			}
		}
	}
}

// TestAttackCopy: root looks at a descriptor of an ordinary user, and does not wait for it.
func TestAttackCopy(t *testing.T) {
	for _, kind := range []string{"flight", "flip-socket", "flip-tun", "peek", "execute", "arguments"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := newBattlefield(t)
			b.fuseDevice()
			b.shell(`mknod /run/tun c 10 200; chmod 666 /run/tun`)
			orphan := b.victims()
			a := b.attack(userNamespacePrefix+"hanging", kind)
			rounds := 1
			if strings.HasPrefix(kind, "flip") {
				rounds = turns(2)
			}
			b.look(rounds)
			if rounds == 1 && kind != "arguments" {
				b.blindCleanUp(a, orphan)
			}
		})
	}
}

// processMemory is struct prctl_mm_map (linux/prctl.h).
type processMemory struct {
	startCode, endCode, startData, endData, startBrk, brk, startStack uint64
	argStart, argEnd, envStart, envEnd                                uint64
	auxv                                                              uint64
	auxvSize, exeFD                                                   uint32
}

// setArguments has the kernel take some memory for our command line: everyone may do that
// (PR_SET_MM_MAP).
func setArguments(start, end uintptr) error {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	field := func(n int) uint64 { // as proc(5) numbers them
		value, _ := strconv.ParseUint(fields[n-3], 10, 64)
		return value
	}
	brk, _, _ := unix.Syscall(unix.SYS_BRK, 0, 0, 0)
	m := processMemory{
		startCode: field(26), endCode: field(27), startStack: field(28), startData: field(45), endData: field(46),
		startBrk: field(47), brk: uint64(brk), argStart: uint64(start), argEnd: uint64(end), envStart: field(50), envEnd: field(51),
		exeFD: math.MaxUint32,
	}
	return unix.Prctl(unix.PR_SET_MM, unix.PR_SET_MM_MAP, uintptr(unsafe.Pointer(&m)), unsafe.Sizeof(m), 0)
}
