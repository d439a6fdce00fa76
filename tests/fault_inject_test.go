package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// point is one system call of a command, and what is done to it.
type point struct {
	call  string
	n     int    // the n-th of its kind in its thread
	errno string // what it gives instead of being done; empty: SIGKILL before it
	on    bool   // the later ones of its kind fail, too
	main  bool   // a call of the first thread, which makes the same ones every time
}

func (p point) String() string {
	what := "SIGKILL before"
	if p.errno != "" {
		what = p.errno + " from"
	}
	if p.on {
		what += " all after"
	}
	return fmt.Sprintf("%s %s #%d", what, p.call, p.n)
}

// inject is strace's word for it.
func (p point) inject() string {
	n := p.n
	if p.call == "execve" {
		n-- // strace does not count its own
	}
	when := fmt.Sprint(n)
	if p.on {
		when += "+"
	}
	if p.errno == "" {
		return fmt.Sprintf("inject=%s:signal=SIGKILL:when=%s", p.call, when)
	}
	return fmt.Sprintf("inject=%s:error=%s:when=%s", p.call, p.errno, when)
}

// errnos are what calls can give; "" stands for the others. SIGKILL is done to
// all of them.
var errnos = map[string]string{
	"mkdir":         "EACCES ENOSPC EDQUOT EROFS ENOMEM EIO EPERM ENOTDIR EMLINK EINTR",
	"openat":        "EACCES ENOENT EMFILE ENFILE ENOMEM EIO EINTR ENOSPC EROFS EPERM ELOOP ENXIO",
	"flock":         "EINTR ENOLCK EBADF ENOMEM",
	"mount":         "EPERM EBUSY EINVAL ENOENT ENOMEM ENOSPC EIO ELOOP ENODEV EACCES",
	"mount_setattr": "EPERM EINVAL ENOMEM ENOSYS EBUSY",
	"move_mount":    "EPERM EBUSY EINVAL ENOENT ENOMEM ENOSPC ENOSYS",
	"open_tree":     "EPERM EINVAL ENOENT ENOMEM EMFILE ENOSYS",
	"umount2":       "EPERM EBUSY EINVAL ENOENT ENOMEM EAGAIN EIO",
	"unlink":        "EBUSY EPERM EACCES EROFS ENOENT EIO ENOMEM EINTR",
	"rmdir":         "EBUSY EPERM EACCES EROFS ENOENT EIO ENOMEM ENOTDIR",
	"unshare":       "EPERM ENOMEM ENOSPC EINVAL EINTR EUSERS",
	"setns":         "EPERM EINVAL ENOMEM EBADF",
	"socket":        "EMFILE ENFILE ENOBUFS ENOMEM EAFNOSUPPORT EACCES EPROTONOSUPPORT",
	"sendto":        "EINTR ENOBUFS ENOMEM EPERM ECONNREFUSED EINVAL",
	"recvfrom":      "EINTR ENOBUFS ENOMEM EAGAIN",
	"execve":        "EACCES ENOENT ENOEXEC E2BIG ENOMEM ETXTBSY EIO EPERM ELOOP EMFILE",
	"stat":          "EACCES ENOENT ENOMEM EIO ELOOP ENOTDIR",
	"fstatfs":       "EIO ENOMEM EINTR ENOSYS",
	"getdents64":    "EIO ENOENT ENOMEM EINTR",
	"read":          "EIO EINTR ENOMEM",
	"write":         "EIO EINTR ENOSPC",
	"ioctl":         "EPERM ENOTTY EIO ENOMEM",
	"setsockopt":    "ENOPROTOOPT EPERM ENOMEM",
	"wait4":         "EINTR",
	"":              "EPERM ENOMEM EIO EINTR",
}

// alike are calls that give what others give.
var alike = map[string]string{
	"mkdirat": "mkdir", "unlinkat": "unlink", "open": "openat", "name_to_handle_at": "openat",
	"newfstatat": "stat", "fstat": "stat", "statx": "stat", "lstat": "stat", "statfs": "fstatfs",
	"recvmsg": "recvfrom", "sendmsg": "sendto", "bind": "setsockopt", "getsockname": "setsockopt",
}

// onlyKilled are calls that are not made to fail: strace does not make the call
// then, but a close that fails has closed, and Go's runtime ends the process
// without more threads, which is like SIGKILL.
var onlyKilled = []string{"close", "clone", "clone3", "vfork", "fcntl"}

// elsewhere are the calls that other threads make for the command, not for the
// runtime.
var elsewhere = []string{"setns", "unshare", "mount", "umount2", "openat"}

func errnosOf(call string) []string {
	if slices.Contains(onlyKilled, call) {
		return nil
	}
	if other, ok := alike[call]; ok {
		call = other
	}
	text, ok := errnos[call]
	if !ok {
		text = errnos[""]
	}
	return strings.Fields(text)
}

// runtimeCalls are not the command's but its runtime's, in Go and in C: they
// change nothing outside the process. Go's poller ends the process if it cannot
// begin, which is like SIGKILL.
var runtimeCalls = strings.Fields(`futex rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack mmap munmap
	mprotect madvise brk nanosleep clock_nanosleep sched_yield sched_getaffinity gettid getpid tgkill
	epoll_create1 epoll_ctl epoll_pwait eventfd2 restart_syscall exit exit_group arch_prctl prctl
	clock_gettime getrandom rseq set_robust_list set_tid_address prlimit64 uname`)

var calledLine = regexp.MustCompile(`^(\d+) +(\w+)\(`)

// pointsOf reads strace's account of a whole run: the calls that the program
// itself makes, without those of its start, up to its last execve.
func pointsOf(trace string) (points []point) {
	type thread = string
	var first thread
	begun := map[thread]bool{}
	count := map[thread]map[string]int{}
	seen := map[point]bool{}
	for line := range strings.Lines(trace) {
		m := calledLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		tid, call := m[1], m[2]
		if first == "" {
			first = tid
		}
		if count[tid] == nil {
			count[tid] = map[string]int{}
			begun[tid] = tid != first
		}
		if strings.HasPrefix(call, "syscall_0x") {
			continue // too new for strace, which cannot stop it either
		}
		count[tid][call]++
		// Both programs begin by asking whose capabilities they have.
		if call == "getuid" {
			begun[tid] = true
		}
		if !begun[tid] || slices.Contains(runtimeCalls, call) || tid != first && !slices.Contains(elsewhere, call) {
			continue
		}
		p := point{call: call, n: count[tid][call], main: tid == first}
		for _, errno := range append([]string{""}, errnosOf(call)...) {
			p.errno, p.on = errno, false
			points = appendOnce(points, seen, p)
			if errno != "" && errno != "EINTR" {
				p.on = true
				points = appendOnce(points, seen, p)
			}
		}
		if call == "execve" {
			begun[tid] = false // what follows is the command's
		}
	}
	return points
}

func appendOnce(points []point, seen map[point]bool, p point) []point {
	other := p
	other.main = !p.main
	if seen[p] || seen[other] {
		return points
	}
	seen[p] = true
	return append(points, p)
}

// oneErrnoEach keeps SIGKILL and one errno for every call, in turn.
func oneErrnoEach(points []point) (kept []point) {
	for _, p := range points {
		errnos := errnosOf(p.call)
		if p.errno == "" || !p.on && p.errno == errnos[p.n%len(errnos)] {
			kept = append(kept, p)
		}
	}
	return kept
}

// traced runs a call under strace and gives its account.
func (w *faultWorld) traced(words []string, options ...string) (a answer, trace string) {
	w.t.Helper()
	file := filepath.Join(w.dir, "trace")
	os.Remove(file)
	c := w.call(words)
	strace, _ := findProgram("strace")
	c.argv = slices.Concat([]string{strace, "-f", "-o", file, "-e", "signal=none"}, options, []string{"--", c.path}, c.argv[1:])
	c.path = strace
	a, err := c.run()
	if err != nil {
		w.t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatalf("%v\n%s", err, a.stderr)
	}
	return a, string(text)
}

// inject does one injection in a world as it was, and judges what it left.
func (w *faultWorld) inject(p point) (left verdict, why string, reached bool) {
	w.reset()
	options := []string{"-e", "trace=" + p.call, "-e", p.inject()}
	if p.errno != "" {
		// Faster, but strace then sends no signals.
		options = append(options, "--seccomp-bpf")
	}
	a, trace := w.traced(w.words, options...)
	reached = strings.Contains(trace, "(INJECTED)")
	if p.errno == "" {
		reached = a.status == "killed"
	}
	left, why = w.judge(a, p)
	return left, why, reached
}
