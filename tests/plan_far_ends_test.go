package tests

import (
	"strings"
	"testing"
)

// TestFarEnds: the devices that go with a namespace are said beforehand and afterwards in the same
// words, as text and as JSON, and they are gone then.
func TestFarEnds(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	for _, c := range []struct{ words, text string }{
		{"delete --force-orphans --min-age 0 --wait", "leak-host of the host is deleted with it"},
		{"delete --force-orphans --wait --json net:[LEAK]", `"also_deleted":[{"device":"leak-host","namespace":"net:[HOST]"}]`},
		{"delete --force-orphans --wait web", "web-host of the host and web-on of b are deleted with it"},
		{"delete --wait web", "web-host of the host and web-on of b are deleted with it"},
		{"delete --wait --json web", `"also_deleted":[{"device":"web-host","namespace":"net:[HOST]"},{"device":"web-on","namespace":"net:[B]"}]`},
	} {
		name := "web"
		if !strings.HasSuffix(c.words, name) {
			name = "leak"
		}
		out := strings.Fields(w.shell(`
			for n in web leak b; do netnsctl add $n; done
			for n in web leak; do ip -n $n link add near type veth peer name $n-host; ip -n $n link set $n-host netns 1; done
			ip -n web link add link near web-on type macvlan; ip -n web link set web-on netns b
			ino /run/netns/leak; ino /run/netns/b; ino /proc/self/ns/net
			elsewhere 'mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/leak /run/c/ns'; netnsctl delete leak`))
		fill := strings.NewReplacer("LEAK", out[0], "B", out[1], "HOST", out[2])
		words, text := strings.Fields(fill.Replace(c.words)), fill.Replace(c.text)
		dry, done := w.run(append(words, "--dry-run")...), w.run(words...)
		if !strings.Contains(dry.stdout, text) || !strings.Contains(done.stdout, text) || dry.status != done.status {
			t.Errorf("%s: no %q in\n%s%s\n%s%s", c.words, text, dry.stdout, dry.stderr, done.stdout, done.stderr)
		}
		w.shell(`! ip link show ` + name + `-host 2>/dev/null
			netnsctl delete --force-orphans --min-age 0 --wait >/dev/null
			netnsctl delete --all --wait --yes >/dev/null; test "$(ip -o link | wc -l)" = 1; rm -r /run/c`)
	}
}
