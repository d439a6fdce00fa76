package tests

import (
	"bufio"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// lookAttacks are changed by whoever looks at them without care.
var lookAttacks = attacks{
	// peek-offset: sockets of three types, whose owner peeks with an offset (SO_PEEK_OFF). It
	// tells the offsets when asked.
	"peek-offset": func([]string) {
		var sockets []int
		for _, kind := range []int{unix.SOCK_STREAM, unix.SOCK_DGRAM, unix.SOCK_SEQPACKET} {
			pair, err := unix.Socketpair(unix.AF_UNIX, kind, 0)
			check(err)
			check(unix.SetsockoptInt(pair[1], unix.SOL_SOCKET, unix.SO_PEEK_OFF, 0))
			file := must(unix.Open("/proc/self/ns/net", unix.O_RDONLY, 0))
			check(unix.Sendmsg(pair[0], []byte("ABCDEFGH"), unix.UnixRights(file), nil, 0))
			sockets = append(sockets, pair[1])
		}
		ready()
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			var offsets []any
			for _, socket := range sockets {
				offset, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_PEEK_OFF)
				check(err)
				offsets = append(offsets, offset)
			}
			fmt.Println(offsets...)
		}
		forever()
	},
	// automount DIR: whatever uses DIR asks this program to mount something there. It tells
	// how many bytes of requests have come.
	"automount": func(args []string) {
		var pipe [2]int
		check(unix.Pipe2(pipe[:], unix.O_CLOEXEC|unix.O_NONBLOCK))
		unix.CloseOnExec(pipe[1])
		check(unix.Setpgid(0, 0))
		data := fmt.Sprintf("fd=%d,pgrp=%d,minproto=5,maxproto=5,direct", pipe[1], unix.Getpgrp())
		check(unix.SetNonblock(pipe[1], false))
		if err := unix.Mount("automount", args[0], "autofs", 0, data); err == unix.ENODEV {
			cannot("no autofs")
		} else {
			check(err)
		}
		ready()
		asked := 0
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			n, _ := unix.Read(pipe[0], make([]byte, 64<<10))
			asked += max(n, 0)
			fmt.Println(asked)
		}
		forever()
	},
}

// TestAttackLook: to look changes nothing for others.
func TestAttackLook(t *testing.T) {
	for _, test := range []struct {
		name, kind string
		args       []string
		root       bool
		build      string
	}{
		{name: "offsets of sockets", kind: "peek-offset"},
		{
			name: "automounts", kind: "automount", args: []string{"/run/auto"}, root: true,
			build: `ln -s /run/auto /run/netns/at; ln -s /run/auto/x /run/netns/below; elsewhere ': >/run/u/x; unshare -n mount --bind /proc/self/ns/net /run/u/x'`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBattlefield(t)
			b.shell(`mkdir /run/auto`)
			start := b.attack
			if test.root {
				start = b.rootAttack
			}
			a := start(test.kind, test.args...)
			b.shell(test.build)
			before := a.tell("what")
			b.look(1)
			b.brisk("delete", "--force-orphans", "--min-age", "0", "--dry-run")
			if after := a.tell("what"); after != before {
				t.Errorf("looking has changed %q to %q", before, after)
			}
		})
	}
}
