package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// tool finds a program that the tests use, or that need.sh has put aside.
func tool(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path, err := filepath.Abs(filepath.Join("..", "bin", "tools", name))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		unable(t, "no "+name)
	}
	return path
}

var sampleLine = regexp.MustCompile(`^netnsctl_[a-z_]+(\{[a-z]+="([^"\\\n]|\\[\\"n])*"(,[a-z]+="[^"]*")*\})? [0-9.]+$`)

// metrics gives the samples of a text by their names and labels.
func metrics(t *testing.T, text string) map[string]string {
	t.Helper()
	samples := map[string]string{}
	if !strings.HasSuffix(text, "\n") {
		t.Errorf("the last line does not end: %q", text)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "# HELP ") || strings.HasPrefix(line, "# TYPE ") {
			continue
		}
		if !sampleLine.MatchString(line) {
			t.Errorf("no sample: %q", line)
			continue
		}
		i := strings.LastIndexByte(line, ' ')
		if _, twice := samples[line[:i]]; twice {
			t.Errorf("twice: %s", line)
		}
		samples[line[:i]] = line[i+1:]
	}
	return samples
}

// TestMetrics counts what is there, and its text stands before the official parser.
func TestMetrics(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`leakElsewhere
		netnsctl add idle; : >/run/netns/dead; ln -s x /run/netns/x; mkdir /run/out; touch -d '1 day ago' /run/c`)
	a := w.run("metrics")
	if a.status != "0" || a.stderr != "" {
		t.Errorf("status %s: %s", a.status, a.stderr)
	}
	got := metrics(t, a.stdout)
	for sample, want := range map[string]string{
		`netnsctl_namespaces{state="orphan"}`:                  "1",
		`netnsctl_namespaces{state="idle"}`:                    "1",
		`netnsctl_namespaces{state="host"}`:                    "1",
		`netnsctl_names`:                                       "3",
		`netnsctl_stale_names{cause="dead-file"}`:              "1",
		`netnsctl_stale_names{cause="link-loop"}`:              "1",
		`netnsctl_stale_names{cause="wrong-type"}`:             "0",
		`netnsctl_orphans{kind="mount"}`:                       "1",
		`netnsctl_orphans{kind="socket"}`:                      "0",
		`netnsctl_pins{kind="mount"}`:                          "2",
		`netnsctl_unknown_names`:                               "0",
		`netnsctl_build_info{version="` + ownVersion(w) + `"}`: "1",
	} {
		if got[sample] != want {
			t.Errorf("%s is %q, not %s", sample, got[sample], want)
		}
	}
	for _, sample := range []string{
		"netnsctl_oldest_orphan_age_seconds", "netnsctl_scan_duration_seconds",
		`netnsctl_scan_step_duration_seconds{source="processes"}`, "netnsctl_scan_cpu_seconds",
	} {
		if v := got[sample]; v == "" || v == "0" {
			t.Errorf("%s is %q", sample, v)
		}
	}
	w.shell(`
		netnsctl metrics --output /run/out/netns.prom
		test "$(stat -c %a /run/out/netns.prom)" = 644
		test "$(ls -A /run/out)" = netns.prom`)
	check := w.command("/bin/sh", "-c", tool(t, "promtool")+" check metrics </run/out/netns.prom 2>&1")
	if check.status != "0" || check.stdout != "" {
		t.Errorf("promtool, status %s: %s", check.status, check.stdout)
	}
}

func ownVersion(w *machine) string {
	_, version, _ := strings.Cut(strings.TrimSpace(w.run("-Version").stdout), "+netnsctl-")
	return version
}

// TestMetricsFile: the file is replaced in one step, by whatever name it has, or
// left as it was.
func TestMetricsFile(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/out; echo old >/run/out/m.prom; ln /run/out/m.prom /run/out/second; ln -s m.prom /run/out/link`)
	if a := w.run("metrics", "--output", "/run/out/m.prom"); a.status != "0" || a.stdout != "" {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	// Who had it open goes on reading the old one.
	w.shell(`test "$(cat /run/out/second)" = old; grep -q '^netnsctl_names 0$' /run/out/m.prom`)
	for _, file := range []string{"/run/out/link", "/run/out", "/dev/null", "/run/none/m.prom"} {
		if a := w.run("metrics", "--output", file); a.status != "1" || !strings.HasPrefix(a.stderr, "netnsctl: ") {
			t.Errorf("%s: status %s: %s%s", file, a.status, a.stdout, a.stderr)
		}
	}
	w.shell(`mount -t tmpfs -o size=4k none /run/out; head -c 4096 /dev/zero >/run/out/m.prom`)
	if a := w.run("metrics", "--output", "/run/out/m.prom"); a.status != "1" || !strings.Contains(a.stderr, "no space") {
		t.Errorf("full disk: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`test "$(ls -A /run/out)" = m.prom; test "$(stat -c %s /run/out/m.prom)" = 4096; test -c /dev/null`)
}

// perfdata is what monitoring plugins may print.
var perfdata = regexp.MustCompile(`^NETNS (OK|CRITICAL|UNKNOWN) - [^|\n]+ \|( [a-z_]+=[0-9]+s?;[0-9]*;[0-9]*;0)+\n$`)

// TestCheck has the limits, and both kinds of statuses.
func TestCheck(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`leakElsewhere
		: >/run/netns/dead; : >/run/netns/gone`)
	for _, c := range []struct{ words, status, begins string }{
		{"check", "0", "NETNS OK - 0 orphaned, 0 stale |"},
		{"check --min-age 0", "3", "NETNS CRITICAL - 1 orphaned, 2 stale"},
		{"check --min-age 0 --nagios", "2", "NETNS CRITICAL - 1 orphaned, 2 stale"},
		{"check --min-age 0 --max-stale 1 --max-orphans 1", "3", "NETNS CRITICAL - 1 orphaned, 2 stale (more than 1)"},
		{"check --min-age 0 --max-stale 2 --max-orphans 1", "0", "NETNS OK - 1 orphaned, 2 stale"},
		{"check --min-age 0 --max-orphans=1 --max-stale=2 --nagios", "0", "NETNS OK"},
	} {
		a := w.run(strings.Fields(c.words)...)
		if a.status != c.status || !strings.HasPrefix(a.stdout, c.begins) || !perfdata.MatchString(a.stdout) || a.stderr != "" {
			t.Errorf("%s: status %s: %s%s", c.words, a.status, a.stdout, a.stderr)
		}
	}
	for _, words := range []string{
		"check x", "check --max-orphans -1", "check --max-stale many", "check --min-age soon", "check --against x --max-stale 1",
		"snapshot", "snapshot a b", "metrics x", "snapshot --nonsense f",
	} {
		if a := w.run(strings.Fields(words)...); a.status != "2" || a.stdout != "" || !strings.HasPrefix(a.stderr, "netnsctl: ") {
			t.Errorf("%s: status %s: %s%s", words, a.status, a.stdout, a.stderr)
		}
	}
	for _, words := range []string{"check --against x --nagios", "check --nagios x", "check --nagios --max-stale many"} {
		if a := w.run(strings.Fields(words)...); a.status != "3" {
			t.Errorf("%s: status %s: %s%s", words, a.status, a.stdout, a.stderr)
		}
	}
	var v struct {
		State   string
		Orphans int
	}
	a := w.run("-j", "check", "--min-age", "0")
	if err := json.Unmarshal([]byte(a.stdout), &v); err != nil || v.State != "critical" || v.Orphans != 1 {
		t.Errorf("JSON: %v: %s", err, a.stdout)
	}
}

// TestCheckFirstSeen: what only a socket holds has no age of its own, and is no alarm before
// check has known it for the grace. The record is that of the caller alone.
func TestCheckFirstSeen(t *testing.T) {
	t.Parallel()
	const record = "/run/netnsctl/first-seen.json"
	w := newMachine(t)
	id := "net:[" + lastWord(w.shell(`$HOLD socket:tcp`)) + "]"
	check := func(situation, words, status, contains string) {
		t.Helper()
		if a := w.run(strings.Fields("check " + words)...); a.status != status || !strings.Contains(a.stdout, contains) || !perfdata.MatchString(a.stdout) {
			t.Errorf("%s: status %s: %s%s\nwant %s, %s", situation, a.status, a.stdout, a.stderr, status, contains)
		}
	}
	check("made just now", "", "0", " 0 orphaned")
	check("known since", "--min-age 0", "3", " 1 orphaned")
	w.shell(`test "$(stat -c %a:%u /run/netnsctl ` + record + `)" = "755:0
644:0"`)
	// As if the first check had been 20 minutes ago.
	w.shell(`sed -i 's/"uptime_seconds": [0-9.]*/"uptime_seconds": '"$(awk '{ print $1 - 1215 }' /proc/uptime)/" ` + record)
	check("known for 20 minutes", "", "3", " 1 orphaned, 0 stale, the oldest orphan is 20m")
	for _, words := range []string{"list --stale --noheadings -o AGE", "inspect " + id} {
		if a := w.run(strings.Fields(words)...); !regexp.MustCompile(`(?m)(^| )20m$`).MatchString(a.stdout) {
			t.Errorf("%s: %v", words, a)
		}
	}
	if a := w.run("metrics"); !regexp.MustCompile(`(?m)^netnsctl_oldest_orphan_age_seconds 12[12]\d`).MatchString(a.stdout) {
		t.Errorf("metrics: %s", a.stdout)
	}
	check("known for 20 minutes, by metrics, too", "--min-age 21m", "0", " 0 orphaned")
	w.shell(`sed -i 's/"boot": "...../"boot": "00000/' ` + record)
	check("of another boot", "", "0", " 0 orphaned")
	w.shell(`echo '{"names' >` + record)
	check("damaged", "", "0", " 0 orphaned")
	const notKept = " 1 orphaned, 0 stale, unknown ages count as old, as their state cannot be kept: "
	situations := map[string][2]string{
		"others may write":        {`chmod 777 /run/netnsctl`, "others may write there"},
		"a link":                  {`mv /run/netnsctl /run/elsewhere; ln -s elsewhere /run/netnsctl`, "not a directory"},
		"no directory":            {`rm -r /run/netnsctl; : >/run/netnsctl`, "not a directory"},
		"the record is a link":    {`rm ` + record + `; ln -s /run/victim ` + record, "not a regular file"},
		"a read-only file system": {`mount -t tmpfs -o ro,mode=755 none /run/netnsctl`, "read-only file system"},
	}
	if isRoot() { // who else is root in a sandbox has no other user there
		situations["of another user"] = [2]string{`chown 1000 /run/netnsctl`, "belongs to another user"}
	}
	for situation, change := range situations {
		w.shell(`umount /run/netnsctl 2>/dev/null || true; rm -rf /run/netnsctl /run/elsewhere; mkdir -p /run/netnsctl; echo '{}' >` + record + `; ` + change[0])
		check(situation, "", "3", notKept+"/run/netnsctl: "+change[1])
	}
	w.shell(`test ! -e /run/victim; umount /run/netnsctl 2>/dev/null || true; rm -rf /run/netnsctl
		STATE_DIRECTORY=/run/s:/run/t netnsctl check; test -s /run/s/first-seen.json; test ! -e /run/netnsctl; test ! -e /run/t`)
	// Looking keeps nothing, a clean-up does.
	for _, words := range []string{"list --stale", "delete --force-orphans --dry-run", "delete --force-orphans --min-age 0", "delete --force-orphans"} {
		w.run(strings.Fields(words)...)
		text, _ := os.ReadFile(record)
		if kept := strings.Contains(string(text), id); kept != (words == "delete --force-orphans") {
			t.Errorf("%s: the record has the orphan: %v", words, kept)
		}
	}
}

// TestCheckBlind: who cannot see does not say that all is well.
func TestCheckBlind(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	for words, want := range map[string]string{"check": "1", "check --nagios": "3"} {
		a := w.command("/bin/sh", "-c", "unshare -m netnsctl "+words)
		if a.status != want || !strings.HasPrefix(a.stdout, "NETNS UNKNOWN - ") || !perfdata.MatchString(a.stdout) {
			t.Errorf("%s: status %s: %s%s", words, a.status, a.stdout, a.stderr)
		}
	}
}

// TestCheckAgainst: did this test leak a namespace?
func TestCheckAgainst(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	odd := `"$(printf '/run/netns/\377 \001')"`
	w.shell(`netnsctl add before; : >` + odd + `; netnsctl snapshot /run/before`)
	if a := w.run("check", "--against", "/run/before"); a.status != "0" || !strings.HasPrefix(a.stdout, "0 new since ") {
		t.Errorf("nothing new: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	leaked := lastWord(w.shell(`leakElsewhere
		netnsctl add named; : >/run/netns/dead; netnsctl delete before; cat /run/ino`))
	a := w.run("check", "--against", "/run/before")
	for _, want := range []string{"\ndead ", "\nnamed ", "mount /run/c/ns in mnt:[", "net:[" + leaked + "]", "\n3 new since "} {
		if a.status != "3" || !strings.Contains(a.stdout, want) {
			t.Errorf("status %s, no %q:\n%s%s", a.status, want, a.stdout, a.stderr)
		}
	}
	var list struct {
		Names      []struct{ Name string }
		Namespaces []struct{ Ino json.Number }
	}
	a = w.run("check", "--against", "/run/before", "-j")
	if err := json.Unmarshal([]byte(a.stdout), &list); err != nil || len(list.Names) != 1 || len(list.Namespaces) != 2 {
		t.Errorf("JSON, %v: %s", err, a.stdout)
	}
	piped := w.shell(`netnsctl snapshot - | netnsctl check --against -`)
	if !strings.HasPrefix(piped, "0 new") {
		t.Errorf("pipe: %s", piped)
	}
	w.shell(`sed 's/"boot": "...../"boot": "00000/' /run/before >/run/reboot; echo '{}' >/run/empty`)
	for _, file := range []string{"/run/reboot", "/run/empty", "/run/none", "/run"} {
		if a := w.run("check", "--against", file); a.status != "1" || a.stdout != "" || !strings.HasPrefix(a.stderr, "netnsctl: ") {
			t.Errorf("%s: status %s: %s%s", file, a.status, a.stdout, a.stderr)
		}
	}
}

// TestFleetWords: the new words are whole, and take nothing from iproute2's. They
// are words of the other faces as well.
func TestFleetWords(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	for _, word := range []string{"c", "chec", "me", "metric", "sn", "snapsho", "compl"} {
		if a := w.run(word); a.status != "2" || !strings.HasPrefix(a.stderr, "netnsctl: unknown command "+word) {
			t.Errorf("%s: status %s: %s%s", word, a.status, a.stdout, a.stderr)
		}
	}
	if a := w.run("s"); a.status != "0" {
		t.Errorf("s is show: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	dir := t.TempDir()
	if err := unix.Symlink(filepath.Join(artefact, "bin", "netnsctl"), filepath.Join(dir, "ip")); err != nil {
		t.Fatal(err)
	}
	ip := filepath.Join(dir, "ip")
	if a := w.command(ip, "netns", "metrics"); a.status != "0" || !strings.HasPrefix(a.stdout, "# HELP netnsctl_") {
		t.Errorf("ip netns metrics: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	if a := w.command(ip, "netns", "metric"); a.status != "255" || !strings.HasPrefix(a.stderr, `Command "metric" is unknown`) {
		t.Errorf("ip netns metric: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	for _, word := range []string{"check", "metrics"} {
		a := w.run(word, "--help")
		if a.status != "0" || !slices.Contains(strings.Fields(a.stdout), "netnsctl") {
			t.Errorf("%s --help: status %s: %s%s", word, a.status, a.stdout, a.stderr)
		}
	}
}

// TestCheckAgainstBlind: where not all can be seen, that nothing is new is not known.
func TestCheckAgainstBlind(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl snapshot /run/record`)
	a := w.command("/bin/sh", "-c", "setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace netnsctl check --against /run/record")
	if a.status != "1" || !strings.HasPrefix(a.stdout, "0 new since ") || !strings.HasPrefix(a.stderr, "netnsctl: incomplete: ") ||
		!strings.Contains(a.stderr, " processes could not be inspected; run as root") {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
}
