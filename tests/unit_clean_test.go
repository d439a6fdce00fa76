package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unitWorld has orphans of all kinds, of root and of a user, and stale names.
const unitWorld = `
user() { setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }
netnsctl add used; netnsctl add idle; inUse used >/dev/null
: >/run/netns/dead; ln -s /run/nowhere /run/netns/dangling
leakElsewhere
netnsctl add private
elsewhere 'install -d -o 1000 -m 700 /run/p; : >/run/p/ns; mount --bind /run/netns/private /run/p/ns'
netnsctl delete private
netnsctl add covered
elsewhere 'mkdir /run/x; : >/run/x/ns; mount --bind /run/netns/covered /run/x/ns; mount -t tmpfs none /run/x'
netnsctl delete covered
mkdir /run/m; mount --bind /run/m /run/m; mount --make-private /run/m; : >/run/m/mnt
until unshare --mount=/run/m/mnt true 2>/dev/null; do tick; done # EINVAL where its number is below ours, which happens between two processors (6.18)
nsenter --mount=/run/m/mnt sh -c 'mkdir /run/q; : >/run/q/ns; unshare -n mount --bind /proc/self/ns/net /run/q/ns'
for kind in descriptor path socket:udp socket:unix flight table ring tree:/run/t inotify:/run/i fanotify:/run/f thread; do $HOLD $kind >/dev/null; done
mkfifo -m 666 /run/ready; mkdir -m 777 /run/u
user setsid unshare -Urmn --propagation private sh -c '
	mkdir -m 700 /run/u/h; : >/run/u/h/ns; unshare -n mount --bind /proc/self/ns/net /run/u/h/ns
	echo >/run/ready; exec sleep 1000' >/dev/null 2>&1 </dev/null &
read -r ready </run/ready
`

// unitCommands are those that the unit and a unit of the same kind may run.
var unitCommands = []string{
	"netnsctl list --stale --verbose --noheadings -o NAME,STATE,REASON",
	"netnsctl metrics",
	"netnsctl prune --idle --older-than 0 --yes",
}

var (
	unitNumbers = regexp.MustCompile(`\b[0-9]{2,}\b`)
	unitTimes   = regexp.MustCompile(`(?m)^(.*(seconds|_bytes)).*$`)
)

// runUnitCommands runs the commands in a world of their own, each after the words of wrap,
// and gives all that they print, without numbers that differ between two runs.
func runUnitCommands(t *testing.T, wrap string) string {
	w := newMachine(t)
	w.shell(unitWorld)
	var said strings.Builder
	for _, command := range unitCommands {
		a := w.command("/bin/sh", "-c", wrap+" "+command+" 2>&1")
		text := unitTimes.ReplaceAllString(unitNumbers.ReplaceAllString(a.stdout, "N"), "$1")
		lines := strings.Split(strings.TrimSpace(text), "\n")
		slices.Sort(lines)
		said.WriteString(command + ": " + a.status + "\n" + strings.Join(lines, "\n") + "\n")
	}
	return said.String()
}

// unitSetting gives the words of a setting of the unit.
func unitSetting(t *testing.T, name string) (words []string) {
	t.Helper()
	for _, line := range regexp.MustCompile(`(?m)^`+name+`=(.*)$`).FindAllStringSubmatch(readUnit(t, "netnsctl-clean.service"), -1) {
		words = append(words, strings.Fields(line[1])...)
	}
	return words
}

// bounded runs a command with a bounding set.
func bounded(caps []string) string {
	set := "-all"
	for _, name := range caps {
		set += ",+" + strings.ToLower(strings.TrimPrefix(name, "CAP_"))
	}
	return "setpriv --bounding-set " + set + " --inh-caps=-all --no-new-privs"
}

// TestUnitCleanCapabilities: with no more than the unit leaves it, the program sees and does
// all that it does with every capability, and no capability of the unit can be left out.
func TestUnitCleanCapabilities(t *testing.T) {
	if !isRoot() {
		unable(t, "a bounding set needs root")
	}
	caps := unitSetting(t, "CapabilityBoundingSet")
	var all string
	t.Run("all", func(t *testing.T) { all = runUnitCommands(t, "") })
	t.Run("unit", func(t *testing.T) {
		if got := runUnitCommands(t, bounded(caps)); got != all {
			t.Errorf("with the capabilities of the unit:\n%s\nwith all:\n%s", got, all)
		}
	})
	for i, name := range caps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := runUnitCommands(t, bounded(slices.Delete(slices.Clone(caps), i, i+1))); got == all {
				t.Errorf("%s is not needed", name)
			}
		})
	}
}

// TestUnitCleanSandbox: what the unit forbids is not what the program needs.
func TestUnitCleanSandbox(t *testing.T) {
	if !isRoot() {
		unable(t, "the orphans of the test need root")
	}
	t.Parallel()
	strace, analyze := tool(t, "strace"), tool(t, "systemd-analyze")
	trace := filepath.Join(t.TempDir(), "trace")
	runUnitCommands(t, strace+" -f -qq -A -o "+trace)
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	denied := map[string]bool{}
	filter := unitSetting(t, "SystemCallFilter")
	for _, word := range filter {
		word = strings.TrimPrefix(word, "~")
		for _, name := range callsOf(t, analyze, word) {
			denied[name] = true
		}
	}
	if len(filter) == 0 || !strings.HasPrefix(filter[0], "~") || !denied["bpf"] || !denied["kexec_load"] {
		t.Errorf("the filter is no list of what is denied, or denies little: %v", denied)
	}
	namespaces, families := unitSetting(t, "RestrictNamespaces"), unitSetting(t, "RestrictAddressFamilies")
	for _, m := range regexp.MustCompile(`(?m)^\d+ +(\w+)\((.*)$`).FindAllStringSubmatch(string(text), -1) {
		name, args := m[1], m[2]
		if denied[name] {
			t.Errorf("%s is denied", m[0])
		}
		if name == "setns" && strings.Contains(args, ", 0)") {
			t.Errorf("a setns without a type is denied: %s", m[0])
		}
		if name == "setns" || name == "unshare" || name == "clone" || name == "clone3" {
			for _, flag := range regexp.MustCompile(`CLONE_NEW(\w+)`).FindAllStringSubmatch(args, -1) {
				word := map[string]string{"NET": "net", "NS": "mnt", "USER": "user"}[flag[1]]
				if !slices.Contains(namespaces, word) {
					t.Errorf("%s is denied: %s", flag[0], m[0])
				}
			}
		}
		if family, _, _ := strings.Cut(args, ","); name == "socket" && !slices.Contains(families, family) {
			t.Errorf("%s is denied: %s", family, m[0])
		}
	}
}

// callsOf are the system calls of a word of a filter.
func callsOf(t *testing.T, analyze, word string) (names []string) {
	t.Helper()
	if !strings.HasPrefix(word, "@") {
		return []string{word}
	}
	out, err := exec.Command(analyze, "syscall-filter", "--no-pager", word).Output()
	if err != nil {
		t.Fatalf("%s: %v", word, err)
	}
	for line := range strings.Lines(string(out)) {
		if one := strings.TrimSpace(line); strings.HasPrefix(line, " ") && !strings.HasPrefix(one, "#") && one != word {
			names = append(names, callsOf(t, analyze, one)...)
		}
	}
	return names
}

// settings runs the command of the unit with a line of /etc/default/netnsctl. Quotes mean in
// the value what they mean to a shell (systemd.exec(5), systemd.service(5)).
func (w *machine) settings(line string) answer {
	w.t.Helper()
	exec := regexp.MustCompile(`(?m)^ExecStart=/usr/bin/(netnsctl .*) \$NETNSCTL_PRUNE$`).FindStringSubmatch(readUnit(w.t, "netnsctl-clean.service"))
	if exec == nil {
		w.t.Fatal("the unit does not use the variable as its last words")
	}
	return w.command("/bin/sh", "-fc", line+"\n"+`eval "set -- $NETNSCTL_PRUNE"; exec `+exec[1]+` "$@"`)
}

// TestUnitSettings: the service does what the examples in its settings say.
func TestUnitSettings(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add vpn-idle; netnsctl add cni-idle`)
	examples := regexp.MustCompile(`(?m)^#(NETNSCTL_PRUNE=.*)"$`).FindAllStringSubmatch(readUnit(t, "netnsctl.default"), -1)
	dead, all := "cni-c d lab-b vpn-a", "cni-c cni-idle d lab-b vpn-a vpn-idle"
	left := []string{all, all, "cni-idle lab-b vpn-a vpn-idle", "d lab-b vpn-a vpn-idle"}
	if len(examples) != len(left) {
		t.Fatalf("the examples are %q", examples)
	}
	for i, left := range left {
		w.shell(`for name in ` + dead + `; do : >/run/netns/$name; done`)
		line := strings.Replace(examples[i][1], " --older-than 7d", "", 1) + ` --older-than 0"`
		if strings.Contains(line, "--older-than 1d") {
			line = examples[i][1] + `"`
		}
		a := w.settings(line)
		if a.status != "0" && a.status != "3" {
			t.Errorf("%s: status %s: %s", line, a.status, a.stderr)
		}
		if names := w.names(); names != left {
			t.Errorf("%s leaves %q, want %q: %s", line, names, left, a.stdout)
		}
	}
}
