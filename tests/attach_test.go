package tests

import (
	"strings"
	"testing"
)

// TestAttachReplace: over a dead name, over a living one, and with what is none.
func TestAttachReplace(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	out := strings.Fields(w.shell(`
		netnsctl add web; : >'/run/netns/a b'; : >/run/netns/d
		ino /run/netns/web
		inUse web`))
	const inUse = "netnsctl: web is in use: net:[WEB]; nothing was done; delete it first: netnsctl delete web\n"
	expectAnswer(t, "dead", w.run("attach", "a b", "net:["+out[0]+"]"), "1", "",
		`netnsctl: "a b" is a stale name (dead-file): no namespace is mounted on it; nothing was done; `+
			`to replace it: netnsctl attach --replace 'a b' 'net:[WEB]'`+"\n", "WEB", out[0])
	expectAnswer(t, "in use", w.run("attach", "web", out[1]), "1", "", inUse, "WEB", out[0])
	for what, says := range map[string]string{
		"/nosuch":           "no namespace /nosuch; nothing was done\n",
		"nosuch":            "no namespace nosuch",
		"d":                 "d is a stale name (dead-file)",
		"999999":            "no process 999999",
		"/proc/self/ns/ipc": "is a namespace of type ipc",
		"net:[1]":           "no namespace net:[1]",
	} {
		a := w.run("attach", "--replace", "d", what)
		expectParts(t, what, a, "1", a.stderr, says, "nothing was done")
		if a.stdout != "" {
			t.Errorf("%s: %v", what, a)
		}
		w.shell(`test -f /run/netns/d`)
	}
	expectAnswer(t, "of a stale name", w.run("attach", "new", "d"), "1", "",
		"netnsctl: d is a stale name (dead-file): no namespace is mounted on it; nothing was done; to remove the name: netnsctl delete d\n")
	w.shell(`mkdir /run/netns/dir`)
	expectAnswer(t, "over a directory", w.run("attach", "dir", "web"), "1", "",
		"netnsctl: dir is a stale name (not-a-namespace): it is a directory; nothing was done\n")
	w.shell(`rmdir /run/netns/dir`)
	expectAnswer(t, "healthy", w.run("attach", "--replace", "web", "1"), "1", "", inUse, "WEB", out[0])
	for name, what := range map[string]string{"a b": "net:[" + out[0] + "]", "d": out[1], "new": "web"} {
		expectAnswer(t, name, w.run("attach", "--replace", name, what), "0", "", "")
		if got := lastWord(w.shell(`ino "/run/netns/` + name + `"`)); got != out[0] {
			t.Errorf("%s leads to %s", name, got)
		}
	}
	// What lives on the file elsewhere would end with it.
	w.shell(`: >/run/netns/shared; elsewhere 'echo $$ >/run/pid; unshare --net=/run/netns/shared true'`)
	a := w.run("attach", "--replace", "shared", "web")
	if a.status != "1" || !strings.Contains(a.stderr, "] is mounted on its file at /run/netns/shared in mnt:[") {
		t.Errorf("shared: %v", a)
	}
	w.shell(`nsenter -m -t "$(cat /run/pid)" nsenter --net=/run/netns/shared true`)
}
