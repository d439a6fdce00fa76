package tests

import (
	"strings"
	"testing"
)

// TestCovered: a mount covers the name of a namespace, or directories above it. The advice
// names the mount, unless that is one that the machine needs; the namespace is released by its
// ID where nothing else ends with it; the plan says what then happens.
func TestCovered(t *testing.T) {
	const byID = "; to release it anyway: netnsctl delete --force-orphans 'net:["
	for _, c := range []struct {
		name, build string
		why         string // why it is skipped
		left        string // why it is skipped if it is named; it is released if that is empty
	}{
		{
			name: "the run directory", build: `mount -t tmpfs none /run/netns`,
			why: "the name x would lead to it, but is covered by the mount at /run/netns; to uncover it: umount /run/netns" + byID,
		},
		{
			name: "all of /run", build: `mount -t tmpfs -o mode=755 none /run`,
			why: "the name x would lead to it, but is covered by the mount at /run" + byID,
		},
		{
			name: "twice", build: `mount -t tmpfs none /run/netns; mount -t tmpfs -o mode=755 none /run; mount -t tmpfs none /run`,
			why: "the name x would lead to it, but is covered by the mount at /run" + byID,
		},
		{
			name: "a new name", build: `mount -t tmpfs -o mode=755 none /run; netnsctl add x`,
			why: "the name x would lead to it, but is covered by the mount at /run" + byID,
		},
		{
			name: "a new dead file", build: `mount -t tmpfs -o mode=755 none /run; mkdir /run/netns; : >/run/netns/y`,
			why: "the name x would lead to it, but is covered by the mount at /run" + byID,
		},
		{
			name: "something else on its file",
			build: `netnsctl add other; other=$(stat -Lc %i /run/netns/other)
				elsewhere 'umount /run/netns/x; mount --bind /run/netns/other /run/netns/x'
				mount -t tmpfs -o mode=755 none /run`,
			why:  "net:[OTHER] is mounted on its file at /run/netns/x in mnt:[",
			left: "net:[OTHER] is mounted on its file at /run/netns/x in mnt:[",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			words := strings.Fields(w.shell(`netnsctl add x; other=-; i=$(stat -Lc %i /run/netns/x); ` + c.build + `; echo "$other $i"`))
			ino, other := words[len(words)-1], strings.NewReplacer("OTHER", words[len(words)-2])
			id := "net:[" + ino + "]"
			c.why, c.left = other.Replace(c.why), other.Replace(c.left)
			for _, dry := range []string{"would skip ", "skipped "} {
				words := []string{"delete", "--force-orphans", "--min-age", "0"}
				if dry == "would skip " {
					words = append(words, "--dry-run")
				}
				if a := w.run(words...); a.status != "3" || !strings.Contains(a.stdout, dry+id+": "+c.why) {
					t.Errorf("status %s: %s%s\nwant %s", a.status, a.stdout, a.stderr, dry+c.why)
				}
			}
			status, want := "0", "release "+id
			if c.left != "" {
				status, want = "3", "skip "+id+": "+c.left
			}
			if a := w.run("delete", "--force-orphans", "--dry-run", id); a.status != status || !strings.Contains(a.stdout, "would "+want) {
				t.Errorf("status %s: %s%s\nwant %s", a.status, a.stdout, a.stderr, want)
			}
			want = strings.Replace(strings.Replace(want, "release ", "released ", 1), "skip ", "skipped ", 1)
			if a := w.run("delete", "--force-orphans", "--wait", id); a.status != status || !strings.Contains(a.stdout, want) {
				t.Errorf("status %s: %s%s\nwant %s", a.status, a.stdout, a.stderr, want)
			}
			if found := w.finds(ino); found != (c.left != "") {
				t.Errorf("found afterwards: %v", found)
			}
			if c.name == "a new name" {
				w.shell(`netnsctl exec x true`)
			}
		})
	}
}

// TestCoveredPrepared: a namespace that an application has prepared in its own directory, with a
// pair of devices to the host, stays while another mount covers that: it comes back.
func TestCoveredPrepared(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	id := "net:[" + lastWord(w.shell(`netnsctl add x; ip link add far type veth peer name near netns x
		mkdir -p /run/app/ns; : >/run/app/ns/x; mount --bind /run/netns/x /run/app/ns/x
		i=$(stat -Lc %i /run/netns/x); netnsctl delete x; mount -t tmpfs none /run/app; echo $i`)) + "]"
	want := "skipped " + id + ": mounted at /run/app/ns/x, but covered by the mount at /run/app; to uncover it: umount /run/app; " +
		"to release it anyway: netnsctl delete --force-orphans '" + id + "'\n"
	if a := w.run("delete", "--force-orphans", "--min-age", "0"); a.status != "3" || !strings.HasPrefix(a.stdout, want) {
		t.Errorf("status %s: %s%s\nwant %s", a.status, a.stdout, a.stderr, want)
	}
	w.shell(`umount /run/app; nsenter --net=/run/app/ns/x ip link show near; mount -t tmpfs none /run/app`)
	if a := w.run("delete", "--force-orphans", "--min-age", "0", id); a.status != "0" || !strings.HasPrefix(a.stdout, "released "+id) {
		t.Errorf("named: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
}
