package tests

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// flagWitness is a call whose answer is another one where a flag is given.
type flagWitness struct {
	// call is a line of sh(1) in which FLAG stands for the flag and its value.
	call string
	// value is what the flag is given, where it takes one.
	value string
	// before is done before each call.
	before string
	// columns is the width of the terminal on which the call runs, 0 for no terminal.
	// Somebody presses Enter there.
	columns uint16
}

// flagWorld is where the witnesses are heard: three namespaces in a row, one with a
// process inside and one outside that holds it, one without a name, a dead name, an
// orphan with a long path, and a name that is a command's as well.
const flagWorld = `
PATH=$PATH:/usr/sbin
for name in blue red green env; do netnsctl add $name; done
netnsctl set blue 5
ip -n blue link add v0 type veth peer name v1 netns red
ip -n red link add g0 type veth peer name g1 netns green
ip -n blue address add 10.1.0.1/24 dev v0; ip -n red address add 10.1.0.2/24 dev v1
# Without an IPv6 address, whose flag "tentative" goes after a while.
for where in 'blue v0' 'red v1' 'red g0' 'green g1'; do ip -n ${where% *} link set ${where#* } addrgenmode none up; done
for where in 'blue v0' 'red v1' 'red g0' 'green g1'; do
	until ip -n ${where% *} link show ${where#* } | grep -q 'state UP'; do sleep 0.01; done # the kernel says so later
done
start() { setsid "$@" >/dev/null 2>&1 </dev/null & }
start netnsctl exec red sleep 1000; asleep $!
start unshare -n sleep 1000; asleep $!; echo $! >/run/nameless
start sh -c 'exec 9</run/netns/red; exec tail -f /dev/null'; until grep -qx tail /proc/$!/comm; do sleep 0.01; done
: >/run/netns/dead
kept=/run/$(printf 'kept%0120d' 0); : >$kept
netnsctl add leak; mount --bind /run/netns/leak $kept; netnsctl delete leak
mount -t tmpfs none /sys/fs; : >/sys/fs/seen
`

// What several witnesses do before their calls.
const (
	addTmp    = `netnsctl add tmp 2>/dev/null || true`
	addOrphan = `
		umount /run/kept 2>/dev/null || true
		netnsctl add kept; : >/run/kept
		mount --bind /run/netns/kept /run/kept
		netnsctl delete kept`
	addDead = `
		netnsctl delete --force-orphans --min-age 0 >/dev/null || true
		: >/run/netns/dead`
	addUntilTold = `
		netnsctl add tmp
		until grep -q add /run/events; do sleep 0.01; done
		netnsctl delete tmp`
	// check tells the age of the oldest orphan from its first second on.
	aged   = `until netnsctl check --min-age 0 | grep -q 'oldest orphan'; do sleep 0.05; done; `
	record = aged + `test -e /run/record || { netnsctl snapshot /run/record; netnsctl add new-a; netnsctl add new-b; }`
)

// monitored runs a monitor with flags until it has said a word, or for 60 turns. In
// each turn something is done.
const monitored = `monitored() {
	netnsctl monitor $1 >/run/events 2>&1 & monitor=$! started=
	until grep -qs inotify /proc/$monitor/fdinfo/* || ! kill -0 $monitor; do :; done
	i=0; until grep -q "$2" /run/events || test $((i += 1)) -gt 60; do eval "$3"; sleep 0.05; done
	kill $monitor $started; { wait; } 2>/dev/null
	grep -m1 "$2" /run/events
}
nameless='setsid unshare -n sleep 1000 >/dev/null 2>&1 </dev/null & started="$started $!"'
`

// meet runs in every namespace: the first waits for another one.
const meet = `mkdir /run/first 2>/dev/null || { : >/run/second; exit; }
	i=0; until test -e /run/second; do test $((i += 1)) -lt 20 || { echo alone; exit; }; sleep 0.1; done; echo together`

var flagWitnesses = map[string]flagWitness{
	"add up":               {call: "netnsctl add FLAG new; netnsctl exec new ip -br link", before: "netnsctl delete new 2>/dev/null || :"},
	"list names":           {call: "netnsctl list FLAG"},
	"list match":           {call: "netnsctl list --names FLAG", value: "?ed"},
	"list exclude":         {call: "netnsctl list --names FLAG", value: "?ed"},
	"list stale":           {call: "netnsctl list FLAG"},
	"list idle":            {call: "netnsctl list --stale FLAG"},
	"list all-namespaces":  {call: "netnsctl list --stale FLAG"},
	"list all-directories": {call: "netnsctl list --stale FLAG", before: "mkdir -p /run/docker/netns; : >/run/docker/netns/dead"},
	"list quiet":           {call: "netnsctl list --stale FLAG"},
	"list json":            {call: "netnsctl list --stale FLAG"},
	"list verbose":         {call: "netnsctl list --stale FLAG"},
	"list output":          {call: "netnsctl list --stale FLAG", value: "STATE"},
	"list sort":            {call: "netnsctl list --stale --idle FLAG", value: "state,-name"},
	"list filter":          {call: "netnsctl list --stale FLAG", value: "state=orphan"},
	"list no-trunc":        {call: "netnsctl list --stale FLAG", columns: 60},
	"list noheadings":      {call: "netnsctl list --stale FLAG"},

	"attach replace": {call: "netnsctl attach FLAG spare 1", before: "netnsctl delete spare 2>/dev/null || true; : >/run/netns/spare"},

	"delete dry-run":       {call: "netnsctl delete FLAG tmp; netnsctl list", before: addTmp},
	"delete force-orphans": {call: "netnsctl delete FLAG /run/kept", before: addOrphan},
	"delete min-age":       {call: "netnsctl delete --force-orphans FLAG; netnsctl list", value: "0", before: addDead},
	"delete wait":          {call: "netnsctl delete FLAG tmp", value: "5", before: addTmp},
	"delete verbose":       {call: "netnsctl delete FLAG tmp", before: addTmp},
	"delete json":          {call: "netnsctl delete FLAG tmp", before: addTmp},
	// Without the flag it is an error: no call is right with it and without it.
	"delete all":     {call: "netnsctl delete --dry-run FLAG"},
	"delete match":   {call: "netnsctl delete --dry-run FLAG", value: "?ed"},
	"delete exclude": {call: "netnsctl delete --dry-run --all FLAG", value: "?ed"},
	"delete kill":    {call: "netnsctl delete --dry-run FLAG red", value: "HUP"},
	"delete grace":   {call: "netnsctl delete --kill=WINCH FLAG tmp", value: "0", before: addTmp + "; inUse tmp"},
	"delete yes":     {call: "netnsctl delete --all FLAG; netnsctl list", before: "netnsctl -all delete; netnsctl add tmp", columns: 80},

	"prune dry-run":    {call: "netnsctl prune FLAG dead; netnsctl list", before: addDead},
	"prune idle":       {call: "netnsctl prune --dry-run --older-than 0 FLAG"},
	"prune match":      {call: "netnsctl prune --dry-run --older-than 0 FLAG", value: "dead", before: addDead},
	"prune exclude":    {call: "netnsctl prune --dry-run --older-than 0 FLAG", value: "dead", before: addDead},
	"prune older-than": {call: "netnsctl prune --dry-run FLAG", value: "0", before: addDead},
	"prune yes":        {call: "netnsctl prune FLAG dead; netnsctl list", before: addDead, columns: 80},
	"prune wait":       {call: "netnsctl prune FLAG tmp", value: "5", before: addTmp},
	"prune verbose":    {call: "netnsctl prune --dry-run --idle FLAG"},
	"prune json":       {call: "netnsctl prune --dry-run FLAG dead", before: addDead},

	"identify all":     {call: "netnsctl identify FLAG $(cat /run/nameless)"},
	"identify json":    {call: "netnsctl identify FLAG $(cat /run/nameless)"},
	"identify verbose": {call: "netnsctl identify --all FLAG $(cat /run/nameless)"},

	"pids match":      {call: "netnsctl pids FLAG", value: "?ed"},
	"pids exclude":    {call: "netnsctl pids --match '*' FLAG", value: "?ed"},
	"pids verbose":    {call: "netnsctl pids FLAG red"},
	"pids quiet":      {call: "netnsctl pids FLAG red"},
	"pids json":       {call: "netnsctl pids FLAG red"},
	"pids output":     {call: "netnsctl pids --verbose FLAG red", value: "HOW"},
	"pids sort":       {call: "netnsctl pids --verbose FLAG red", value: "user,-command"},
	"pids filter":     {call: "netnsctl pids --verbose FLAG red", value: "command=tail"},
	"pids no-trunc":   {call: "netnsctl pids --verbose FLAG red", columns: 40},
	"pids noheadings": {call: "netnsctl pids --verbose FLAG red"},

	// An ordinary user's sandbox has no other user: the flag is refused there.
	"exec user": {call: "netnsctl exec FLAG blue id -u | sed s/0/root/", value: "65534:65534"},
	// Without --user the flag is an error. TestUserEnvironment has its effect, which needs root.
	"exec keep-env": {call: "netnsctl exec FLAG blue true"},
	"exec keep-sys": {call: "netnsctl exec FLAG blue ls /sys/fs"},
	"exec no-sysfs": {call: "netnsctl exec FLAG blue ls /sys/class/net"},
	"exec dns":      {call: "netnsctl exec FLAG blue ls /etc/.netnsctl", value: "isolated"},
	"exec all":      {call: "netnsctl exec FLAG env echo hello"},
	"exec match":    {call: "netnsctl exec --all FLAG echo hello", value: "?ed"},
	"exec exclude":  {call: "netnsctl exec --all FLAG echo hello", value: "?ed"},
	"exec parallel": {call: "netnsctl exec --all FLAG sh -c '" + meet + "' | sed 's/^[a-z]*: //' | sort", value: "4", before: "rm -rf /run/first /run/second"},
	"exec json":     {call: "netnsctl exec --all FLAG echo hello"},

	"monitor json":           {call: monitored + `monitored "FLAG" add '` + addUntilTold + `'`},
	"monitor all-namespaces": {call: monitored + `monitored "FLAG" ^new "$nameless"`},
	"monitor interval":       {call: monitored + `monitored "--all-namespaces FLAG" ^new "$nameless"`, value: "1h"},

	"list-id json": {call: "netnsctl list-id FLAG"},
	"help json":    {call: "netnsctl help FLAG"},

	"find quiet":      {call: "netnsctl find 'v?' FLAG"},
	"find json":       {call: "netnsctl find 'v?' FLAG"},
	"find verbose":    {call: "netnsctl find 'v?' FLAG"},
	"find output":     {call: "netnsctl find 'v?' FLAG", value: "DEVICE"},
	"find sort":       {call: "netnsctl find 'v?' FLAG", value: "kind,-namespace"},
	"find filter":     {call: "netnsctl find 'v?' FLAG", value: "state=idle"},
	"find no-trunc":   {call: "netnsctl find 'v?' FLAG", columns: 30},
	"find noheadings": {call: "netnsctl find 'v?' FLAG"},

	"exists verbose": {call: "netnsctl exists FLAG dead"},

	"inspect json":    {call: "netnsctl inspect FLAG blue"},
	"inspect verbose": {call: "netnsctl inspect FLAG blue"},

	"graph format":  {call: "netnsctl graph FLAG", value: "dot"},
	"graph depth":   {call: "netnsctl graph FLAG blue", value: "2"},
	"graph all":     {call: "netnsctl graph FLAG"},
	"graph no-ids":  {call: "netnsctl graph FLAG"},
	"graph json":    {call: "netnsctl graph FLAG"},
	"graph verbose": {call: "netnsctl graph FLAG"},

	"shell user":     {call: "echo 'id -u | sed s/0/root/' | netnsctl shell FLAG blue", value: "65534:65534"}, // as exec --user
	"shell keep-env": {call: "netnsctl shell FLAG blue"},
	"shell keep-sys": {call: "echo 'ls /sys/fs' | netnsctl shell FLAG blue"},
	"shell no-sysfs": {call: "echo 'ls /sys/class/net' | netnsctl shell FLAG blue"},
	"shell dns":      {call: "echo 'ls /etc/.netnsctl' | netnsctl shell FLAG blue", value: "isolated"},
	"shell shell":    {call: "echo 'echo hello' | netnsctl shell FLAG blue", value: "/bin/cat"},

	"run up":       {call: "netnsctl run FLAG ip -br link"},
	"run user":     {call: "netnsctl run FLAG id -u | sed s/0/root/", value: "65534:65534"}, // as exec --user
	"run keep-env": {call: "netnsctl run FLAG true"},
	"run keep-sys": {call: "netnsctl run FLAG ls /sys/fs"},
	"run dns":      {call: "netnsctl run FLAG ls /etc/.netnsctl", value: "isolated"},
	"run no-sysfs": {call: "netnsctl run FLAG ls /sys/fs"},

	"check max-orphans": {call: "netnsctl check --min-age 0 --max-stale 9 FLAG", value: "9", before: aged},
	"check max-stale":   {call: "netnsctl check --min-age 0 --max-orphans 9 FLAG", value: "9", before: aged},
	"check min-age":     {call: "netnsctl check FLAG", value: "0", before: aged},
	"check nagios":      {call: "netnsctl check --min-age 0 FLAG", before: aged},
	"check against":     {call: "netnsctl check --min-age 0 FLAG", value: "/run/record", before: record},
	"check json":        {call: "netnsctl check FLAG", before: aged},
	"check verbose":     {call: "netnsctl check FLAG", before: aged},
	"check output":      {call: "netnsctl check --against /run/record FLAG", value: "NAME", before: record},
	"check sort":        {call: "netnsctl check --against /run/record FLAG", value: "state,-name", before: record},
	"check filter":      {call: "netnsctl check --against /run/record FLAG", value: "name=new-a", before: record},
	"check no-trunc":    {call: "netnsctl check --against /run/record FLAG", columns: 30, before: record},
	"check noheadings":  {call: "netnsctl check --against /run/record FLAG", before: record},

	"snapshot verbose": {call: "netnsctl snapshot FLAG /run/file"},
	"metrics output":   {call: "netnsctl metrics FLAG", value: "/run/file"},
	"completion ip":    {call: "netnsctl completion FLAG bash"},
}

// TestEveryFlagActs: no flag of the table is ignored. A call with the flag is answered
// otherwise than the same call without it, whether the flag is said by its long or its
// short word, with its value in the same word or in the next, and in the face ip.
func TestEveryFlagActs(t *testing.T) {
	known := map[string]bool{}
	for _, c := range readTable(t) {
		for _, f := range c.Options {
			known[c.Name+" "+f.Name] = true
		}
		t.Run(c.Name, func(t *testing.T) {
			var flags []tableFlag
			for _, f := range c.Options {
				if _, ok := flagWitnesses[c.Name+" "+f.Name]; !ok {
					t.Errorf("no witness for %s --%s", c.Name, f.Name)
				} else {
					flags = append(flags, f)
				}
			}
			if len(flags) == 0 {
				return
			}
			t.Parallel()
			w := newMachine(t)
			w.shell(flagWorld)
			for _, f := range flags {
				w.flagActs(t, c.Name, f)
			}
		})
	}
	for key := range flagWitnesses {
		if !known[key] {
			t.Errorf("a witness for %q, which is not in the table", key)
		}
	}
}

// flagActs calls with the flag and without it.
func (w *machine) flagActs(t *testing.T, command string, f tableFlag) {
	t.Helper()
	witness := flagWitnesses[command+" "+f.Name]
	if (f.Value == "") != (witness.value == "") {
		t.Errorf("%s --%s takes the value %q, its witness gives %q", command, f.Name, f.Value, witness.value)
		return
	}
	without := w.hear(witness, "")
	if again := w.hear(witness, ""); again != without {
		t.Errorf("%s is not the same without --%s:\n%s\nand then\n%s", witness.call, f.Name, without, again)
		return
	}
	words := []string{"--" + f.Name}
	if f.Short != "" {
		words = append(words, "-"+f.Short)
	}
	if f.Value != "" {
		for i, word := range words {
			words[i] = word + " " + witness.value
		}
		if f.Value == "SIG" { // which would be a name in the next word
			words = nil
		}
		words = append(words, "--"+f.Name+"="+witness.value)
	}
	with := w.hear(witness, words[0])
	if with == without {
		t.Errorf("%s: %s is ignored:\n%s", witness.call, words[0], with)
	}
	for _, other := range words[1:] {
		if said := w.hear(witness, other); said != with {
			t.Errorf("%s: with %s\n%s\nwith %s\n%s", witness.call, words[0], with, other, said)
		}
	}
	// The other faces know the long word.
	witness.call = strings.ReplaceAll(witness.call, "netnsctl "+command+" ", "ip netns "+command+" ")
	w.env = append(w.env, "PATH="+filepath.Join(artefact, "face", "ip")+":"+filepath.Join(artefact, "bin")+":/usr/bin:/bin")
	if said := w.hear(witness, words[0]); said != with {
		t.Errorf("%s: with %s\n%s\nas netnsctl\n%s", witness.call, words[0], said, with)
	}
	w.env = w.env[:len(w.env)-1]
}

// anyAge is what may be another at the next call: an age, a process id, a number of a
// namespace.
var anyAge = regexp.MustCompile(`\d+[smhd]\b|\d+`)

// hear is what a call says, without numbers, and its status.
func (w *machine) hear(witness flagWitness, flag string) string {
	w.t.Helper()
	if witness.before != "" {
		w.shell(witness.before)
	}
	line := strings.ReplaceAll(witness.call, "FLAG", flag)
	if witness.columns == 0 {
		a := w.command("/bin/sh", "-c", line)
		return anyAge.ReplaceAllString(a.stdout+a.stderr, "N") + "status " + a.status
	}
	cmd := exec.Command("/bin/sh", "-c", line+`; echo "status $?"`)
	cmd.Env, cmd.Dir = slices.Concat(w.env, []string{"NO_COLOR=1", "TERM=xterm"}), "/"
	term := startTerminalOf(w.t, cmd, witness.columns)
	term.send("\n")
	shown := squeeze(term.rest()) // the terminal echoes Enter before the question or after it
	_, status, _ := strings.Cut(shown, "status ")
	return anyAge.ReplaceAllString(shown, "N") + status
}
