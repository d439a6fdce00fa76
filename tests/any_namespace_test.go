package tests

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// anyNamespace are ways in which a namespace can be there without a name. The
// script prints the words that stand for it; the last is its inode number.
var anyNamespace = []struct{ name, build string }{
	{
		name: "process",
		build: `
			setsid unshare -n sleep 1000 >/dev/null 2>&1 & p=$!
			until test "$(ino /proc/$p/ns/net)" != "$(ino /proc/self/ns/net)"; do sleep 0.01; done
			echo pid:$p /proc/$p/ns/net; ids $(ino /proc/$p/ns/net)`,
	},
	{
		name: "mount here",
		build: `
			leak; : >/run/kept
			mount --bind /run/netns/leak /run/kept
			netnsctl delete leak
			echo /run/kept; ids $(cat /run/ino)`,
	},
	{
		name:  "mount in another mount namespace",
		build: `leakElsewhere; ids $(cat /run/ino)`,
	},
	{
		name: "covered mount",
		build: `
			leak
			elsewhere '
				mkdir -p /run/c/d; : >/run/c/d/ns
				mount --bind /run/netns/leak /run/c/d/ns
				mount -t tmpfs none /run/c'
			netnsctl delete leak
			ids $(cat /run/ino)`,
	},
	{
		name: "name in another mount namespace",
		build: `
			elsewhere '
				mount -t tmpfs none /run/netns
				netnsctl add own
				ino /run/netns/own >/run/ino'
			ids $(cat /run/ino)`,
	},
	{name: "descriptor", build: `set -- $($HOLD descriptor); ids $2`},
	{name: "thread", build: `set -- $($HOLD thread); ids $2`},
	{name: "thread whose leader has ended", build: `set -- $($HOLD leaderless); ids $2`},
	{name: "socket", build: `set -- $($HOLD socket:tcp); ids $2`},
	{name: "tap", build: `set -- $($HOLD tun); ids $2`},
	{name: "named", build: `netnsctl add x; echo x /run/netns/x; ids $(ino /run/netns/x)`},
	{name: "our own", build: `echo pid:1 /proc/self/ns/net; ids $(ino /proc/self/ns/net)`},
}

// TestAnyNamespace enters, looks at and names a namespace by each word.
func TestAnyNamespace(t *testing.T) {
	for _, c := range anyNamespace {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !isRoot() && slices.Contains(rootOnly, c.name) {
				unable(t, "only root can make this")
			}
			w := newMachine(t)
			w.shell("mkdir /run/netns")
			words := strings.Fields(w.shell(`ids() { echo "net:[$1]" $1; }` + "\n" + c.build))
			ino := words[len(words)-1]
			for _, word := range words {
				for _, call := range [][]string{
					{"exec", word, "readlink", "/proc/self/ns/net"},
					{"-n", word, "exec", word, "readlink", "/proc/self/ns/net"},
				} {
					a := w.run(call...)
					if a.status != "0" || a.stdout != "net:["+ino+"]\n" || a.stderr != "" {
						t.Errorf("%q: status %s: %s%s", call, a.status, a.stdout, a.stderr)
					}
				}
				a := w.run("attach", "new", word)
				if a.status != "0" || a.stdout+a.stderr != "" {
					t.Errorf("attach new %s: status %s: %s%s", word, a.status, a.stdout, a.stderr)
					continue
				}
				w.shell(`test "$(stat -Lc %i /run/netns/new)" = ` + ino)
				// In our own, each call finds itself, too.
				if byWord, byName := w.run("pids", word), w.run("pids", "new"); c.name != "our own" && byWord != byName || byWord.status != "0" {
					t.Errorf("pids %s: %v, of the name %v", word, byWord, byName)
				}
				w.shell(`netnsctl delete new`)
			}
		})
	}
}

// TestAnyNamespaceNone: an inode number whose namespace is gone is refused, and a
// file that is none, of which it is said what it is.
func TestAnyNamespaceNone(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add a; mkfifo /run/fifo`)
	refused := func(text string, words ...string) {
		t.Helper()
		if a, want := w.run(words...), (answer{"", "netnsctl: " + text + "\n", "1"}); a != want {
			t.Errorf("%q: %q, want %q", words, a, want)
		}
	}
	for word, text := range map[string]string{
		"pid:999999": "", "pid:": "", "pid:-1": "", "net:[1]": "", "net:[4026531899]": "", "net:[x]": "", "mnt:[4026531899]": "", "1234": "",
		"4026531899": "", "/x": "", "/run/netns/b": "", "a/b": "", "../x": "", "none": "",
		"/etc/passwd":    "/etc/passwd is a regular file, not a network namespace",
		"/proc/1/ns/mnt": "/proc/1/ns/mnt is a namespace of type mnt, not a network namespace",
		"/run/fifo":      "/run/fifo is a fifo, not a network namespace",
	} {
		if text == "" {
			text = "no namespace " + word
		}
		if word == "pid:999999" {
			text = "no process 999999"
		}
		refused(text, "exec", word, "true")
		refused(text, "-n", word, "list")
		refused(text, "pids", word)
		if word != "1234" { // which is a process
			refused(text+"; nothing was done", "attach", "x", word)
		}
	}
	w.shell(`test "$(netnsctl list)" = a`)
}

// TestAnyNamespaceNameFirst: what looks like something else may be a name, and in
// the other faces it is nothing but one.
func TestAnyNamespaceNameFirst(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	words := []string{"pid:1", "net:[" + lastWord(w.shell("ino /proc/1/ns/net")) + "]"}
	for _, word := range words {
		w.shell(`netnsctl add "` + word + `"; test "$(netnsctl exec "` + word + `" readlink /proc/self/ns/net)" = "net:[$(ino "/run/netns/` + word + `")]"
			netnsctl delete "` + word + `"; ln -s nowhere "/run/netns/` + word + `"`)
		if a := w.run("exec", word, "true"); a.status != "1" || !strings.HasPrefix(a.stderr, "netnsctl: "+word+" is a stale name (dangling-link): ") {
			t.Errorf("a dangling link: status %s: %s", a.status, a.stderr)
		}
		w.shell(`netnsctl delete "` + word + `"`)
	}
	link := filepath.Join("/run", "ip-netns")
	if err := os.Symlink(manBinary(), link); err != nil {
		t.Fatal(err)
	}
	for _, word := range append(words, "/proc/1/ns/net") {
		if a := w.command(link, "exec", word, "true"); a.status != "255" || a.stdout != "" {
			t.Errorf("ip-netns exec %s: status %s: %s%s", word, a.status, a.stdout, a.stderr)
		}
		if a := w.command(link, "attach", "x", word); a.status != "1" || a.stderr != "Invalid PID: "+word+"\n" {
			t.Errorf("ip-netns attach x %s: status %s: %s", word, a.status, a.stderr)
		}
	}
}

// TestAnyNamespaceOverlays: the files of /etc/netns belong to a name.
func TestAnyNamespaceOverlays(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	out := w.shell(`netnsctl add x; mkdir -p /etc/netns/x; echo over >/etc/netns/x/hosts
		netnsctl exec x cat /etc/hosts; netnsctl exec /run/netns/x cat /etc/hosts`)
	if out != "over\n127.0.0.1 localhost\n" {
		t.Errorf("%q", out)
	}
}

// TestAnyNamespaceDelete: delete --verbose takes the only name away, and nothing
// where there are several or none.
func TestAnyNamespaceDelete(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	ino := lastWord(w.shell(`netnsctl add x; netnsctl attach y x; ino /run/netns/x`))
	word := "net:[" + ino + "]"
	if a := w.run("delete", "--verbose", word); a.status != "1" || !strings.Contains(a.stderr, "several names; give one of: ") {
		t.Errorf("two names: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`: >/run/kept; mount --bind /run/netns/x /run/kept; netnsctl delete y`)
	if a := w.run("delete", "--verbose", word); a.status != "3" || a.stdout != "deleted name x; "+word+" is still in use by:\n  mount /run/kept\n" {
		t.Errorf("one name: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	a := w.run("delete", "--verbose", word)
	expectParts(t, "no name", a, "1", a.stderr, word+" has no name to delete; it is an orphan, held by mount /run/kept; ")
}
