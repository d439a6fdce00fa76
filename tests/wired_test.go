package tests

import (
	"regexp"
	"strings"
	"testing"
)

// router is a namespace that only a mount elsewhere keeps, with a bridge that joins two
// processes, and a leaf that is linked with the host only.
const router = `
	leak
	ip -n leak link add br0 type bridge
	for n in 1 2; do
		setsid unshare -n sleep 1000 >/dev/null 2>&1 </dev/null & asleep $!
		ip -n leak link add v$n type veth peer name eth0 netns $!
		ip -n leak link set v$n master br0
	done
	netnsctl add pod; ip link add h0 type veth peer name eth0 netns pod
	elsewhere 'mkdir /run/c; for n in leak pod; do : >/run/c/$n; mount --bind /run/netns/$n /run/c/$n; done'
	ino /run/netns/pod >/run/pod
	netnsctl delete leak pod
`

// TestWired: a namespace without name and process that carries traffic for others is in use. It
// is no leftover, and no reason for an alarm.
func TestWired(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(router)
	ino := func(file string) string { return strings.TrimSpace(w.shell("cat " + file)) }
	leak, pod := "net:["+ino("/run/ino")+"]", "net:["+ino("/run/pod")+"]"
	const carries = `br0 joins eth0 of net:\[\d+\] \(pid \d+ sleep\) and eth0 of net:\[\d+\] \(pid \d+ sleep\)`
	anyway := `netnsctl delete --force-orphans '` + leak + `'`
	for _, test := range []struct {
		args   string
		status string
		want   string // a regular expression
	}{
		{"list --stale -q", "3", `^` + regexp.QuoteMeta(pod) + `\n$`},
		{"list --idle --filter STATE=wired --noheadings -o NAME,STATE,REASON", "0", `^` + regexp.QuoteMeta(leak) + `  wired  ` + carries + `\n$`},
		{"list --idle --json", "3", `"state":"wired","reason":"` + carries + `"`},
		{"inspect " + leak, "0", `\n  state +wired: ` + carries + `\n(.*\n)*  it carries traffic for others; to release it anyway: ` + regexp.QuoteMeta(anyway) + `\n`},
		{"check --min-age 0 --max-orphans 1", "0", `^NETNS OK - 1 orphaned, 0 stale, 1 wired.* wired=1;;;0 `},
		{"check --min-age 0 --max-orphans 1 --json", "0", `"orphans":1,.*"wired":1,`},
		{"metrics", "0", `\nnetnsctl_namespaces\{state="wired"\} 1\n`},
		{"delete --force-orphans --min-age 0 --dry-run", "0", `would release ` + regexp.QuoteMeta(pod) + `.*\nwould skip ` + regexp.QuoteMeta(leak) +
			`: wired: ` + carries + `; to release it anyway: ` + regexp.QuoteMeta(anyway) + `\n$`},
		{"delete --force-orphans --min-age 0", "0", `released ` + regexp.QuoteMeta(pod) + `.*\nskipped ` + regexp.QuoteMeta(leak) + `: wired: ` + carries +
			`.*\n0 removed, 1 released, 1 skipped\n$`},
		{"list --stale", "0", ``},
		{"delete --force-orphans " + leak, "0", `^released ` + regexp.QuoteMeta(leak)},
		{"list --idle", "0", `^[^\n]*\n?$`},
	} {
		a := w.run(strings.Fields(test.args)...)
		if a.status != test.status || !regexp.MustCompile(test.want).MatchString(a.stdout) {
			t.Errorf("%s: status %s\n%s%s\nwant %s: %s", test.args, a.status, a.stdout, a.stderr, test.status, test.want)
		}
	}
}
