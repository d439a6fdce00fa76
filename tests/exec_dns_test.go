package tests

import (
	"bufio"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// resolverWorld is a host whose resolver is on 127.0.0.53, with the sockets of nscd and of
// systemd-resolved, and a namespace v with a resolver of its own on 127.0.0.9.
const resolverWorld = `
	mkdir -p /run/systemd/resolve /run/systemd/seats /run/nscd /etc/netns/v /etc/netns/plain
	echo nameserver 127.0.0.53 >/run/systemd/resolve/stub-resolv.conf
	echo nameserver 127.0.0.9 >/etc/netns/v/resolv.conf
	echo mine >/etc/netns/v/motd
	echo 'hosts: mymachines resolve [!UNAVAIL=return] files dns' >/etc/nsswitch.conf
	netnsctl add v
	netnsctl add plain`

// replacements are what resolvers and package managers do to the host's files.
var replacements = []string{
	`echo nameserver 127.0.0.53 >/etc/new; mv /etc/new /etc/resolv.conf`,
	`ln -s ../run/systemd/resolve/stub-resolv.conf /etc/new; mv /etc/new /etc/resolv.conf`,
	`cd /run/systemd/resolve; cp stub-resolv.conf new; mv new stub-resolv.conf`,
	`ln -sf /run/other.conf /etc/resolv.conf; echo nameserver 127.0.0.53 >/run/other.conf`,
	`rm /etc/resolv.conf /etc/nsswitch.conf; echo 'hosts: resolve dns' >/etc/nsswitch.conf; echo nameserver 127.0.0.53 >/etc/resolv.conf`,
	`rm -rf /run/nscd /run/systemd/resolve; mkdir /run/nscd /run/systemd/resolve; echo nameserver 127.0.0.53 >/run/systemd/resolve/stub-resolv.conf`,
}

// dnsServer counts what it is asked.
type dnsServer struct{ asked atomic.Int64 }

// serveUDP answers every query: the name has no address. The calling thread must be in the
// network namespace.
func (s *dnsServer) serveUDP(t *testing.T, address string) {
	t.Helper()
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		for query := make([]byte, 512); ; {
			n, from, err := conn.ReadFrom(query)
			if err != nil {
				return
			}
			s.asked.Add(1)
			query[2] |= 0x80 // QR, RFC 1035
			conn.WriteTo(query[:n], from)
		}
	}()
}

// serveUnix hangs up at once.
func (s *dnsServer) serveUnix(t *testing.T, path string) {
	t.Helper()
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false) // elsewhere is another file of that name
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.asked.Add(1)
			conn.Close()
		}
	}()
}

// loopbackUp is for the network namespace of the calling thread.
func loopbackUp(t *testing.T) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	lo.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		t.Fatal(err)
	}
}

// resolvers starts the servers of the world.
func resolvers(t *testing.T, w *machine) (host, daemons, own *dnsServer) {
	t.Helper()
	host, daemons, own = &dnsServer{}, &dnsServer{}, &dnsServer{}
	w.shell(resolverWorld)
	loopbackUp(t)
	host.serveUDP(t, "127.0.0.53:53")
	daemons.serveSockets(t)
	here, err := unix.Open("/proc/1/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(here)
	there, err := unix.Open("/run/netns/v", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(there)
	if err := unix.Setns(there, unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	loopbackUp(t)
	own.serveUDP(t, "127.0.0.9:53")
	if err := unix.Setns(here, unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	return host, daemons, own
}

func (s *dnsServer) serveSockets(t *testing.T) {
	t.Helper()
	s.serveUnix(t, "/run/nscd/socket")
	s.serveUnix(t, "/run/systemd/resolve/io.systemd.Resolve")
}

// lookups is a command that, for each line that it reads, prints what it finds and looks up
// host names: with libc's getaddrinfo and, in the last line of each turn, its own words.
const lookups = `
	while read turn; do
		cat /etc/resolv.conf /etc/motd
		for socket in /var/run/nscd/socket /run/systemd/resolve/io.systemd.Resolve /run/systemd/resolve/stub-resolv.conf; do
			if test -e $socket; then echo there is $socket; fi
		done
		i=0; names=; while test $i -lt 50; do names="$names n$turn-$i.test"; i=$((i + 1)); done
		getent ahosts $names
		echo done
	done`

// TestExecDNSIsolated: whatever becomes of the host's resolv.conf and of its daemons while a
// command runs, they are not asked.
func TestExecDNSIsolated(t *testing.T) {
	t.Parallel()
	for what, before := range map[string]string{
		"file":          ``,
		"link":          `ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf`,
		"dangling link": `ln -sf /run/nowhere/resolv.conf /etc/resolv.conf`,
		"missing":       `rm /etc/resolv.conf`,
		"no nscd yet":   `rm -r /run/nscd`,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			host, daemons, own := resolvers(t, w)
			if what == "file" { // that the host's would be asked otherwise
				w.command(w.program(), "exec", "plain", "getent", "ahosts", "a.test")
				if daemons.asked.Load() == 0 {
					unable(t, "the C library does not ask nscd")
				}
				daemons.asked.Store(0)
			}
			w.shell(before)
			cmd := exec.Command(w.program(), "exec", "--dns=isolated", "v", "sh", "-c", lookups)
			cmd.Env, cmd.Dir = w.env, "/"
			var stderr strings.Builder
			cmd.Stderr = &stderr
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { cmd.Process.Kill() }) // after a failure
			answers := bufio.NewScanner(out)
			for turn, change := range append([]string{":"}, replacements...) {
				w.shell("rm -f /etc/new; touch /etc/resolv.conf 2>/dev/null || true; " + change)
				if strings.Contains(change, "rm -rf") {
					daemons.serveSockets(t)
				}
				asked := own.asked.Load()
				fmt.Fprintln(in, turn)
				var lines []string
				for answers.Scan() && answers.Text() != "done" {
					lines = append(lines, answers.Text())
				}
				if said := strings.Join(lines, "\n"); said != "nameserver 127.0.0.9\nmine" {
					t.Errorf("after %s:\n%s", change, said)
				}
				if n := own.asked.Load() - asked; n < 50 {
					t.Errorf("after %s: the namespace's resolver was asked %d times", change, n)
				}
			}
			in.Close()
			if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
				t.Errorf("%v: %s", err, stderr.String())
			}
			if n, m := host.asked.Load(), daemons.asked.Load(); n+m > 0 {
				t.Errorf("the host's resolver was asked %d times, its sockets %d times", n, m)
			}
		})
	}
}

// TestExecDNSView: what else a command with isolated DNS finds, and that nobody else sees a
// difference.
func TestExecDNSView(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(resolverWorld + `
		mkdir -p /etc/app /etc/netns/v/app; echo theirs >/etc/app/conf; echo ours >/etc/netns/v/app/conf
		ln -s nowhere /etc/netns/v/dangling
		mkdir /etc/mounted; mount -t tmpfs none /etc/mounted; echo kept >/etc/mounted/file
		: >/run/pid; : >/run/nscd/file`)
	before := w.shell("cat /proc/self/mountinfo; find /etc /run /var/run -xdev | sort")
	for _, c := range []struct{ script, stdout, stderr string }{
		{"cat /etc/app/conf /etc/mounted/file", "ours\nkept\n", "Bind /etc/netns/v/dangling -> /etc/dangling failed"},
		{"grep hosts /etc/nsswitch.conf", "hosts: files dns\n", "dangling"},
		{"cat /var/run/pid; ls /run/nscd /var/run/nscd 2>&1 | grep -v cannot; ls -d /run/systemd/seats/", "/run/nscd:\n/run/systemd/seats/\n", "dangling"},
		{"echo nameserver 127.0.0.10 >/etc/resolv.conf; cat /etc/netns/v/resolv.conf", "nameserver 127.0.0.10\n", "dangling"},
		{"test -w /etc/hosts || echo read-only; stat -c %a /etc", "read-only\n755\n", "dangling"},
		{"ls /sys/class/net", "lo\n", "dangling"},
		{"ls -A /etc/.netnsctl/*/resolve", "", "dangling"},
		// A command that runs another one with isolated DNS.
		{
			"netnsctl exec --dns=isolated v sh -c 'ls /run/nscd /var/run/nscd | grep -v cannot; ls -d /run/systemd/* /var/run/pid; cat /etc/resolv.conf /etc/mounted/file /etc/app/conf; stat -L /run/systemd/seats >/dev/null' 2>/dev/null",
			"/run/nscd:\n/run/systemd/seats\n/var/run/pid\nnameserver 127.0.0.10\nkept\nours\n", "dangling",
		},
	} {
		a := w.run("exec", "--dns", "isolated", "v", "sh", "-c", c.script)
		if a.status != "0" || a.stdout != c.stdout || !strings.Contains(a.stderr, c.stderr) || strings.Count(a.stderr, "\n") != 1 {
			t.Errorf("%s: status %s: %q, want %q\n%s", c.script, a.status, a.stdout, c.stdout, a.stderr)
		}
	}
	in := w.shell("cd /etc; netnsctl exec --dns=isolated v cat resolv.conf 2>/dev/null")
	if in != "nameserver 127.0.0.10\n" {
		t.Errorf("in the working directory /etc: %q", in)
	}
	if after := w.shell("cat /proc/self/mountinfo; find /etc /run /var/run -xdev | sort"); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	// A namespace without a resolver of its own has none.
	a := w.run("exec", "--dns=isolated", "plain", "cat", "/etc/resolv.conf")
	expectParts(t, "plain", a, "0", a.stderr, "warning: plain has no resolv.conf of its own: the command finds an empty one")
	a = w.run("exec", "--dns=isolated", "--all", "cat", "/etc/resolv.conf")
	expectParts(t, "--all", a, "0", a.stdout, "v: nameserver 127.0.0.10\n")
	// By default, and with ip, it is as with ip.
	for _, flag := range []string{"--dns=ip", "--no-sysfs"} {
		a := w.run("exec", flag, "plain", "cat", "/etc/resolv.conf")
		expectParts(t, flag, a, "0", a.stdout, "nameserver 192.0.2.1\n")
	}
	w.shell("ln -sf /run/pid /etc/resolv.conf")
	a = w.run("exec", "--no-sysfs", "v", "true")
	expectParts(t, "a link", a, "0", a.stderr, "to prevent that: --dns=isolated")
}

// TestExecDNSReplaced: the file of the namespace is replaced all the time, and there at every moment.
func TestExecDNSReplaced(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(resolverWorld)
	said := w.shell(`
		(while :; do echo nameserver 127.0.0.9 >/run/new; cp /run/new /etc/netns/new; mv /etc/netns/new /etc/netns/v/resolv.conf; done) &
		for i in $(seq 60); do netnsctl exec --dns=isolated v cat /etc/resolv.conf /etc/motd 2>&1; done | sort | uniq -c | tr -s ' '
		kill $!`)
	if said != " 60 mine\n 60 nameserver 127.0.0.9\n" {
		t.Error(said)
	}
}

// TestExecDNSReserved: the own entry in /etc of a command with isolated DNS is no file of a namespace.
func TestExecDNSReserved(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(resolverWorld + "; mkdir /etc/netns/v/.netnsctl")
	a := w.run("exec", "--dns=isolated", "v", "cat", "/etc/resolv.conf")
	expectAnswer(t, "a reserved name", a, "0", "nameserver 127.0.0.9\n", "Bind /etc/netns/v/.netnsctl -> /etc/.netnsctl failed: File exists\n")
}

// TestRunDNSIsolated: there /var/run is no symbolic link.
func TestRunDNSIsolated(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mount -t tmpfs none /var; mkdir -p /var/run/nscd /var/run/kept; echo text >/var/run/kept/file; mount -t tmpfs none /var/run/kept; echo covers >/var/run/kept/file`)
	a := w.run("run", "--dns=isolated", "sh", "-c", "ls /var/run; cat /var/run/kept/file /etc/resolv.conf")
	if a != (answer{"kept\ncovers\n", "", "0"}) {
		t.Errorf("%v", a)
	}
}

// TestExecDNSNothingToHide: where no daemon can have a socket, there is none to hide.
func TestExecDNSNothingToHide(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(resolverWorld + "; rm -r /run/nscd /run/systemd")
	for _, odd := range []string{
		"ln -s nowhere /run/systemd", ": >/run/systemd", ": >/run/nscd", "ln -s nowhere /run/nscd", ": >/run/file; ln -s file /run/systemd",
	} {
		w.shell(odd)
		a := w.run("exec", "--dns=isolated", "v", "cat", "/etc/resolv.conf")
		expectParts(t, odd, a, "0", a.stdout, "nameserver 127.0.0.9\n")
		w.shell("rm -f /run/systemd /run/nscd")
	}
}

// TestExecDNSRefused: where DNS cannot be isolated, no command runs.
func TestExecDNSRefused(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(resolverWorld)
	a := w.run("exec", "--dns=isolated", "v", "netnsctl", "exec", "--dns=isolated", "v", "netnsctl", "exec", "--dns=isolated", "v", "echo", "ran")
	expectParts(t, "the third one", a, "255", a.stdout+a.stderr, "netnsctl: DNS cannot be isolated: no overlayfs can lie over /etc")
	for damage, says := range map[string]string{
		"rm /etc/netns/v/resolv.conf; ln -s nowhere /etc/netns/v/resolv.conf": "DNS cannot be isolated: /etc/netns/v/resolv.conf: no such file or directory",
		"rm /etc/netns/v/resolv.conf; mkdir /etc/netns/v/resolv.conf":         "DNS cannot be isolated: /etc/netns/v/resolv.conf: is a directory",
		"mkdir -p /etc/netns/v/nsswitch.conf":                                 "DNS cannot be isolated: /etc/netns/v/nsswitch.conf: not a regular file",
	} {
		w.shell("rm -rf /etc/netns/v/*; echo nameserver 127.0.0.9 >/etc/netns/v/resolv.conf; " + damage)
		a := w.run("exec", "--dns=isolated", "v", "echo", "ran")
		expectParts(t, damage, a, "255", a.stderr, says)
		if a.stdout != "" {
			t.Errorf("%s: the command ran", damage)
		}
	}
}
