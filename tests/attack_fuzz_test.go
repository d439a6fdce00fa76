package tests

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var fuzzAttacks = attacks{
	// storm SEED: mounts, links, namespaces and renames of them at full speed.
	"storm": func(args []string) { newStorm(number(args[0])).run() },
}

// storm is a directory in which an ordinary user, in a user and mount namespace of his own,
// changes all that a look at his mounts depends on.
type storm struct {
	*rand.Rand
	dir        string
	namespaces []int
	copies     int
}

func newStorm(seed int) *storm {
	private()
	s := &storm{Rand: rand.New(rand.NewPCG(uint64(seed), 0)), dir: fmt.Sprintf("/run/u/storm%d", os.Getpid())}
	check(unix.Mkdir(s.dir, 0o755))
	for range 3 {
		inNewNamespace(func() {
			s.namespaces = append(s.namespaces, must(unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY, 0)))
		})
	}
	s.namespaces = append(s.namespaces, must(unix.Open("/proc/self/ns/uts", unix.O_RDONLY, 0)))
	return s
}

// path is one of a few, so that the acts meet.
func (s *storm) path() string {
	path := s.dir
	for range 1 + s.IntN(2) {
		path += "/" + string(rune('a'+s.IntN(4)))
	}
	return path
}

// run acts until killed. Most acts fail, which does not matter.
func (s *storm) run() {
	ready()
	targets := []string{"/run/v/secret", "/run/v/fifo", "/run/v/device", "/proc/self/ns/net", "/run/netns", s.dir}
	for i := 0; ; i++ {
		switch a, b := s.path(), s.path(); s.IntN(12) {
		case 0, 1:
			unix.Mkdir(a, 0o755)
		case 2:
			unix.Mknod(a, unix.S_IFREG|0o644, 0)
		case 3, 4:
			namespace := s.namespaces[s.IntN(len(s.namespaces))]
			unix.Mknod(a, unix.S_IFREG|0o644, 0)
			unix.Mount(fmt.Sprintf("/proc/self/fd/%d", namespace), a, "", unix.MS_BIND, "")
		case 5:
			unix.Mount("none", a, "tmpfs", 0, "")
		case 6:
			unix.Mount(b, a, "", unix.MS_BIND|unix.MS_REC, "")
		case 7:
			unix.Unmount(a, unix.MNT_DETACH)
		case 8, 9:
			unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
		case 10:
			unix.Symlink(targets[s.IntN(len(targets))], a)
		case 11:
			unix.Unlink(a)
		}
		if i%500 == 499 { // not more and more
			for unix.Unmount(s.dir, unix.MNT_DETACH) == nil {
			}
			for _, point := range mountPoints(s.dir) {
				unix.Unmount(point, unix.MNT_DETACH)
			}
			if s.copies++; s.copies < 5 {
				stay(func() { unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS) })
			}
		}
	}
}

// fuzzActors are the attackers of a hostile world, with numbers for N.
var fuzzActors = []string{
	"userns:storm N", "userns:storm N", "userns:storm N",
	"userns:flip-mount NEW TARGET", "flip-link NEWFILE TARGET",
	"flip-descriptor uts TARGET", "userns:flip-descriptor mnt TARGET", "flip-thread uts TARGET",

	"userns:hanging flight", "userns:hanging flip-socket", "userns:hanging flip-tun", "userns:hanging peek", "userns:hanging execute",
	"userns:cover /run/v/empty0", "userns:cover-locked /run/v/empty1", "userns:cover-locked /run/sticky/empty", "userns:cover /run/netns/dead",
	"userns:stack 200 200 NEW", "userns:deep 40 100 NEW", "userns:copies 20",
	"marks 1000", "flights 100", "long-arguments 1024", "userns-net:flood",
}

// fuzzCommands are what root runs. PID is an attacker.
var fuzzCommands = []string{
	"list --stale", "list --stale --verbose", "list --all-namespaces", "check --min-age 0", "metrics", "find dev:lo", "inspect live", "inspect pid:PID",
	"graph --all", "list", "delete --force-orphans --min-age 0 --dry-run", "delete --force-orphans --min-age 0",
	"delete --force-orphans --min-age 0", "delete --force-orphans --min-age 0 /run/u", "delete --force-orphans --min-age 0 /run/v",
	"delete --force-orphans --min-age 0 net:[PID]", "inspect link", "exec live true",
}

// fuzzWorld is a hostile world.
type fuzzWorld struct {
	*battlefield
	*rand.Rand
	actors map[string]*attacker
	number int
	// sentinels are files of root, and namespaces in use.
	sentinels []string
	live      map[string]uint64
	watch     int // fanotify
	problems  int
}

// enoughProblems end a run: one alone may hide another.
const enoughProblems = 10

// TestAttackFuzz runs random commands of root among random attackers. `make test-attacks`
// runs it for T=10m; SEED= repeats the draws of a run.
func TestAttackFuzz(t *testing.T) {
	duration, err := time.ParseDuration(os.Getenv("NETNSCTL_FUZZ_TIME"))
	if err != nil {
		duration = 2 * time.Second
	}
	seed, err := strconv.ParseUint(os.Getenv("NETNSCTL_FUZZ_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano() % 1e6)
	}
	t.Logf("SEED=%d", seed)
	w := newFuzzWorld(t, seed)
	longest, biggest, runs := time.Duration(0), int64(0), 0
	for end := time.Now().Add(duration); time.Now().Before(end) && w.problems < enoughProblems; runs++ {
		if runs%3 == 0 {
			w.changeActors()
		}
		words := w.command()
		said, u := w.measureTwice(words...)
		w.judge(words, said, u)
		longest, biggest = max(longest, u.Blocked+u.CPU), max(biggest, u.Memory)
	}
	t.Logf("%d commands among %d attackers; the longest took %v, the biggest %d MiB", runs, w.number, longest, biggest>>20)
	w.endAttackers()
	w.noneLeft()
}

func newFuzzWorld(t *testing.T, seed uint64) *fuzzWorld {
	t.Helper()
	w := &fuzzWorld{battlefield: newBattlefield(t), Rand: rand.New(rand.NewPCG(seed, 1)), actors: map[string]*attacker{}, live: map[string]uint64{}}
	w.fuseDevice()
	w.shell(`mount -t tmpfs -o mode=755,uid=1000,gid=1000 hostile /run/u
		mkdir -m 1777 /run/sticky; mkdir /run/v; mkfifo -m 600 /run/v/fifo; mknod -m 600 /run/v/device c 1 3; echo x >/run/v/secret; chmod 600 /run/v/secret
		: >/run/v/empty0; : >/run/v/empty1; : >/run/sticky/empty; mknod -m 666 /run/tun c 10 200
		netnsctl add live; netnsctl add process; netnsctl exec process sleep 100000 >/dev/null 2>&1 &
		asleep $!; ln -s /run/u/link /run/netns/link; : >/run/netns/dead`)
	w.sentinels = []string{"/run/v/fifo", "/run/v/device", "/run/v/secret", "/run/v/empty0", "/run/v/empty1", "/run/sticky/empty", "/run/tun", "/etc/hosts", "/run/netns/live"}
	for _, name := range []string{"live", "process"} {
		w.live[name] = must64(netnsOf("/run/netns/" + name))
	}
	w.watch = must(unix.FanotifyInit(unix.FAN_CLASS_NOTIF|unix.FAN_REPORT_FID|unix.FAN_NONBLOCK|unix.FAN_CLOEXEC|unix.FAN_UNLIMITED_QUEUE, unix.O_RDONLY))
	t.Cleanup(func() { unix.Close(w.watch) })
	// Directories do not count (FAN_ONDIR): an attacker may mount one over the run directory of
	// his mount namespace, and a helper process reads the names of its links.
	check(unix.FanotifyMark(w.watch, unix.FAN_MARK_ADD|unix.FAN_MARK_FILESYSTEM, unix.FAN_OPEN, unix.AT_FDCWD, "/run/u"))
	for _, file := range []string{"/run/v/fifo", "/run/v/device", "/run/v/secret"} {
		check(unix.FanotifyMark(w.watch, unix.FAN_MARK_ADD, unix.FAN_OPEN, unix.AT_FDCWD, file))
	}
	w.shell(`: >/run/u/seen; rm /run/u/seen`)
	if w.opened() == 0 {
		t.Fatal("fanotify does not see what is opened")
	}
	return w
}

// must64 is for a number that must be had.
func must64(n uint64, err error) uint64 {
	check(err)
	return n
}

// opened counts the opens on the hostile file system since the last call. Attackers do not
// open what is there but by O_PATH, which is not seen.
func (w *fuzzWorld) opened() (count int) {
	buf := make([]byte, 256<<10)
	for {
		n, err := unix.Read(w.watch, buf)
		if err != nil {
			return count
		}
		for at := 0; at < n; at += int(binary.NativeEndian.Uint32(buf[at:])) {
			count++
		}
	}
}

// changeActors ends an attacker or begins another.
func (w *fuzzWorld) changeActors() {
	const most = 6
	if len(w.actors) > most || len(w.actors) > 0 && w.IntN(3) == 0 {
		keys := w.keys()
		key := keys[w.IntN(len(keys))]
		w.actors[key].end()
		delete(w.actors, key)
		return
	}
	w.number++
	words := strings.Fields(fuzzActors[w.IntN(len(fuzzActors))])
	fresh := fmt.Sprintf("/run/u/x%d", w.number)
	for i, word := range words {
		switch word {
		case "N":
			words[i] = strconv.Itoa(w.IntN(1 << 30))
		case "TARGET":
			words[i] = []string{"/run/v/secret", "/run/v/fifo", "/run/v/device"}[w.IntN(3)]
		case "NEW":
			check(unix.Mkdir(fresh, 0o755))
			check(unix.Chown(fresh, localUser, localUser))
			words[i] = fresh
		case "NEWFILE":
			words[i] = fresh
		}
	}
	w.actors[fmt.Sprintf("%d %s", w.number, strings.Join(words, " "))] = w.attack(words[0], words[1:]...)
}

func (w *fuzzWorld) keys() (keys []string) {
	for key := range w.actors {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (w *fuzzWorld) command() []string {
	line := fuzzCommands[w.IntN(len(fuzzCommands))]
	pid := 1
	for _, key := range w.keys() {
		if w.IntN(2) == 0 && !strings.HasSuffix(key, "execute") { // what is named may hang as it is
			pid = w.actors[key].pid
		}
	}
	return strings.Fields(strings.ReplaceAll(line, "PID", strconv.Itoa(pid)))
}

// judge fails where a command has not kept to what every command has to.
func (w *fuzzWorld) judge(words []string, said answer, u usage) {
	w.t.Helper()
	// The kernel takes some 10 ms to end a mount.
	u.Blocked -= min(u.Blocked, time.Duration(strings.Count(said.stdout, "mount /run/"))*20*time.Millisecond)
	problem := u.exceeds()
	if n := w.opened(); n > 0 {
		problem += fmt.Sprintf(" opened %d files that an attacker chose;", n)
	}
	if strings.Contains(said.stderr, "goroutine ") {
		problem += " crashed;"
	}
	for _, file := range w.sentinels {
		if _, err := os.Lstat(file); err != nil {
			problem += " " + file + " is gone;"
		}
	}
	for name, ino := range w.live {
		if is, err := netnsOf("/run/netns/" + name); err != nil || is != ino {
			problem += " the namespace " + name + " is gone;"
		}
	}
	if problem != "" {
		w.problems++
		w.t.Errorf("%q: %s\nstatus %s %.3000s\nattackers:\n%s", words, problem, said.status, said.stdout+said.stderr, strings.Join(w.keys(), "\n"))
	}
	w.restore()
}

// restore makes again what a clean-up may remove.
func (w *fuzzWorld) restore() {
	os.WriteFile("/run/netns/dead", nil, 0o644)
	os.Symlink("/run/u/link", "/run/netns/link")
}

// noneLeft fails where a process of ours outlives the attackers.
func (w *fuzzWorld) noneLeft() {
	w.t.Helper()
	left := func() (left []string) {
		files, _ := filepath.Glob("/proc/[0-9]*/stat")
		for _, file := range files {
			stat, _ := os.ReadFile(file)
			if text := string(stat); strings.Contains(text, "(netnsctl") && !strings.Contains(text, ") Z ") {
				left = append(left, text)
			}
		}
		return left
	}
	if !poll(func() bool { return len(left()) == 0 }) {
		w.t.Errorf("left behind: %q", left())
	}
}
