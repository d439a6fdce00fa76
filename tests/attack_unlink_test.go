package tests

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// unlinkAttacks have root unlink a file that the attacker could not.
var unlinkAttacks = attacks{
	// cover FILE [ino]: an orphan is mounted on FILE.
	"cover": func(args []string) {
		private()
		ready(bindOrphan(args[0]))
		forever()
	},
	// cover-locked FILE: in a second user namespace, to which the mount is locked.
	"cover-locked": func(args []string) {
		private()
		ino := bindOrphan(args[0])
		os.Setenv(attackVariable, userNamespacePrefix+"wait")
		os.Setenv("READY", strconv.FormatUint(ino, 10))
		check(unix.Exec("/proc/self/exe", []string{"attacker"}, os.Environ()))
	},
	"wait": func([]string) {
		private()
		ready(os.Getenv("READY"))
		forever()
	},
	// cover-read-only DIR FILE: on a mount of DIR that is read-only, in a mount namespace
	// of a container's root.
	"cover-read-only": func(args []string) {
		onThread(func() {
			check(unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS))
			private()
			check(unix.Mount(args[0], args[0], "", unix.MS_BIND, ""))
			check(unix.Mount("", args[0], "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""))
			var ino uint64
			func() { // the thread itself makes the namespace, since others see other mounts
				home := must(unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY, 0))
				check(unix.Unshare(unix.CLONE_NEWNET))
				var st unix.Stat_t
				check(unix.Stat("/proc/thread-self/ns/net", &st))
				ino = st.Ino
				check(unix.Mount("/proc/thread-self/ns/net", args[1], "", unix.MS_BIND, ""))
				check(unix.Setns(home, unix.CLONE_NEWNET))
			}()
			ready(ino)
			forever()
		})
	},
	// flip-cover DIR TARGET: DIR/d/x is the mount of an orphan on a file of the attacker; DIR/d
	// is also a link to TARGET.
	"flip-cover": func(args []string) {
		private()
		d, e := args[0]+"/d", args[0]+"/e"
		check(unix.Mkdir(d, 0o755))
		check(unix.Mknod(d+"/x", unix.S_IFREG|0o644, 0))
		check(unix.Symlink(args[1], e))
		ready(bindOrphan(d + "/x"))
		exchange(d, e)
	},
}

// mountNamespace is the ID of a mount namespace in a text.
var mountNamespace = regexp.MustCompile(`mnt:\[[0-9]+\]`)

// TestAttackUnlink: an ordinary user, or the root of a container, mounts an orphan over an
// empty file that he could not unlink himself. Root cleans up, and the file stays.
func TestAttackUnlink(t *testing.T) {
	for _, test := range []struct {
		name string
		// build makes the empty file /run/v/x.
		build, kind string
		args        []string
		root        bool
		rounds      int
	}{
		{name: "mounted", build: `mkdir /run/v; : >/run/v/x`, kind: "userns:cover", args: []string{"/run/v/x"}},
		{name: "locked", build: `mkdir /run/v; : >/run/v/x`, kind: "userns:cover-locked", args: []string{"/run/v/x"}},
		{name: "sticky directory", build: `mkdir -m 1777 /run/v; : >/run/v/x`, kind: "userns:cover", args: []string{"/run/v/x"}},
		{name: "sticky directory, locked", build: `mkdir -m 1777 /run/v; : >/run/v/x; chown 1001:1001 /run/v/x`, kind: "userns:cover-locked", args: []string{"/run/v/x"}},
		{
			name:  "directory of a group that he is not in",
			build: `mkdir -m 775 /run/v; chgrp 4 /run/v; : >/run/v/x`, kind: "userns:cover-locked", args: []string{"/run/v/x"},
		},
		{
			name:  "file that was made visible read-only",
			build: `mkdir /run/v; : >/run/v/x`, kind: "cover-read-only", args: []string{"/run/v", "/run/v/x"}, root: true,
		},
		{
			name:  "his own directory, a link now and then",
			build: `mkdir /run/v; : >/run/v/x`, kind: "userns:flip-cover", args: []string{"/run/u", "/run/v"}, rounds: 5,
		},
	} {
		for _, named := range []string{"", "/run/v", "/run/v/x", "/run/v in mnt:[*]", "/run/v/x in mnt:[*]", "/run/u/d/x in mnt:[*]", "ID"} {
			if strings.HasPrefix(named, "/run/u") != (test.rounds > 0) {
				continue
			}
			t.Run(test.name+" "+named, func(t *testing.T) {
				t.Parallel()
				b := newBattlefield(t)
				b.shell(test.build)
				for range max(1, turns(test.rounds)) {
					start := b.attack
					if test.root {
						start = b.rootAttack
					}
					a := start(test.kind, test.args...)
					words := []string{"delete", "--force-orphans", "--min-age", "0"}
					switch named {
					case "":
					case "ID":
						words = append(words, "net:["+a.said+"]")
					default:
						in := mountNamespace.FindString(b.run("list", "--stale", "--no-trunc").stdout)
						words = append(words, strings.Replace(named, "mnt:[*]", in, 1))
					}
					said := b.brisk(words...)
					b.endAttackers()
					if _, err := os.Lstat("/run/v/x"); err != nil {
						t.Fatalf("%q unlinked a file that the attacker could not unlink:\n%s%s", words, said.stdout, said.stderr)
					}
					b.shell("rm -rf /run/u/*")
				}
			})
		}
	}
}
