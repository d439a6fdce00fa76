package tests

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// attackers are the hostile programs. Each prints that it is ready, and goes on until it
// is killed.
type attacks map[string]func(args []string)

var attackers = merge(attacks{"measure": measureCommand}, openAttacks, unlinkAttacks, copyAttacks, budgetAttacks, lookAttacks, fuzzAttacks, machineAttacks)

func merge(all ...attacks) attacks {
	merged := attacks{}
	for _, some := range all {
		maps.Copy(merged, some)
	}
	return merged
}

// ready tells the test that the attack can begin.
func ready(words ...any) {
	fmt.Println(append([]any{"ready", sandboxPID()}, words...)...)
}

// sandboxPID is our number in the pid namespace of /proc.
func sandboxPID() string {
	self, err := os.Readlink("/proc/self")
	check(err)
	return self
}

// cannot tells the test to skip.
func cannot(reason ...any) {
	fmt.Println(append([]any{"unable"}, reason...)...)
	os.Exit(1)
}

func forever() {
	for {
		unix.Pause()
	}
}

func number(word string) int {
	n, err := strconv.Atoi(word)
	check(err)
	return n
}

func private() { check(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")) }

// exchange swaps two files at full speed.
func exchange(a, b string) {
	for {
		check(unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE))
		for start := time.Now(); time.Since(start) < 100*time.Microsecond; {
		}
	}
}

// inNewNamespace runs f on a thread in a new network namespace, which nobody is in after.
func inNewNamespace(f func()) {
	onThread(func() {
		check(unix.Unshare(unix.CLONE_NEWNET))
		f()
	})
}

// onThread runs f on a thread that ends afterwards.
func onThread(f func()) {
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread() // never unlocked
		f()
		close(done)
	}()
	<-done
}

// mountOrphan makes a file and mounts a namespace on it that nobody is in.
func mountOrphan(path string) {
	check(unix.Mknod(path, unix.S_IFREG|0o644, 0))
	bindOrphan(path)
}

func bindOrphan(path string) (ino uint64) {
	inNewNamespace(func() {
		var st unix.Stat_t
		check(unix.Stat("/proc/thread-self/ns/net", &st))
		ino = st.Ino
		check(unix.Mount("/proc/thread-self/ns/net", path, "", unix.MS_BIND, ""))
	})
	return ino
}
