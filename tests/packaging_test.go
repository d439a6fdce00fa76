package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const packaging = "../cmd/netnsctl/packaging"

func readUnit(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(packaging, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestUnitsVerify has systemd read the units.
func TestUnitsVerify(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		unable(t, err)
	}
	dir := t.TempDir()
	var files []string
	for _, name := range []string{"netnsctl-clean.service", "netnsctl-clean.timer", "netnsctl@.service"} {
		text := strings.ReplaceAll(readUnit(t, name), "/usr/bin/netnsctl", manBinary())
		file := filepath.Join(dir, strings.Replace(name, "@", "@vpn", 1))
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	out, err := exec.Command(analyze, append([]string{"verify", "--man=no", "--recursive-errors=no"}, files...)...).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// TestUnitCleanIsSafe: the settings of the unit leave the program in the mount namespace of the
// host, and bound it.
func TestUnitCleanIsSafe(t *testing.T) {
	unit := readUnit(t, "netnsctl-clean.service")
	if m := regexp.MustCompile(`(?m)^(Private|Protect|ProcSubset|ReadOnly|ReadWrite|ExecPaths|NoExecPaths|Inaccessible|Bind|Temporary|Dynamic|Root|Mount|State|Cache|Logs|Configuration|Runtime)\w*=.*$`).FindString(unit); m != "" {
		t.Errorf("%s makes a mount namespace", m)
	}
	if !strings.Contains(unit, "\nSuccessExitStatus=3\n") {
		t.Error("the unit fails where something was skipped")
	}
	if strings.Contains(unit, "\nRestrictSUIDSGID=") {
		t.Error("systemd takes openat2(2) away with RestrictSUIDSGID=")
	}
	for _, limit := range []string{"MemoryMax", "TasksMax", "TimeoutStartSec"} {
		if !strings.Contains(unit, "\n"+limit+"=") {
			t.Errorf("no %s", limit)
		}
	}
}

// TestInstallSettings: `make install` installs the settings of the unit where the unit reads them,
// and never replaces those that an administrator has changed.
func TestInstallSettings(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	install := func() {
		t.Helper()
		cmd := exec.Command("make", "-s", "install", "BIN="+filepath.Join(artefact, "bin", "netnsctl"), "DESTDIR="+root, "SYSCONFDIR=/conf")
		cmd.Dir = ".."
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("make install: %v\n%s", err, out)
		}
	}
	read := func(path string) string {
		t.Helper()
		text, err := os.ReadFile(root + path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	install()
	if read("/conf/default/netnsctl") != readUnit(t, "netnsctl.default") {
		t.Error("the settings are others")
	}
	if unit := read("/usr/local/lib/systemd/system/netnsctl-clean.service"); !strings.Contains(unit, "\nEnvironmentFile=-/conf/default/netnsctl\n") {
		t.Errorf("the unit does not read them: %s", unit)
	}
	if entries, err := os.ReadDir(root + "/etc/netnsctl/keep.d"); err != nil || len(entries) > 0 {
		t.Errorf("keep.d: %v, %v", entries, err)
	}
	const changed = "NETNSCTL_PRUNE=\"--older-than 1d\"\n"
	if err := os.WriteFile(root+"/conf/default/netnsctl", []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	install()
	if got := read("/conf/default/netnsctl"); got != changed {
		t.Errorf("the settings are replaced by %q", got)
	}
}

// runUnit runs the lines of a unit as systemd would, up to the first that fails.
func runUnit(t *testing.T, w *machine, line, instance string) (status string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?m)^`+line+`=(-?)(.*)$`).FindAllStringSubmatch(readUnit(t, "netnsctl@.service"), -1) {
		command := strings.NewReplacer("%i", instance, "$$", "$", "/usr/bin/netnsctl", manBinary(), "/etc/netnsctl", "/run/etc").Replace(m[2])
		if a := w.command("/bin/sh", "-c", command); a.status != "0" && m[1] == "" {
			return a.status
		}
	}
	return "0"
}

// TestUnitNamespace: a namespace at boot, with and without its programs.
func TestUnitNamespace(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/etc; cd /run/etc
		printf '#!/bin/sh\nnetnsctl exec "$1" true && echo "up $1" >>/run/log\n' >up.up
		printf '#!/bin/sh\nnetnsctl exec "$1" true && echo "down $1" >>/run/log; exit 1\n' >up.down
		printf '#!/bin/sh\nexit 1\n' >fails.up; chmod 755 *; netnsctl add taken`)
	for _, c := range []struct{ instance, line, status, names string }{
		{"plain", "ExecStart", "0", "plain\ntaken\n"},
		{"plain", "ExecStop", "0", "taken\n"},
		{"up", "ExecStart", "0", "taken\nup\n"},
		{"up", "ExecStop", "0", "taken\n"},
		{"fails", "ExecStart", "1", "taken\n"},
		{"taken", "ExecStart", "1", "taken\n"},
	} {
		if got := runUnit(t, w, c.line, c.instance); got != c.status {
			t.Errorf("%s of %s: status %s", c.line, c.instance, got)
		}
		if names := w.shell("netnsctl list | sort"); names != c.names {
			t.Errorf("%s of %s leaves %q", c.line, c.instance, names)
		}
	}
	if log := w.shell("cat /run/log"); log != "up up\ndown up\n" {
		t.Errorf("the programs: %q", log)
	}
}

// TestAlerts: Prometheus reads the example rules, and they fire when they should.
func TestAlerts(t *testing.T) {
	t.Parallel()
	promtool := tool(t, "promtool")
	dir := t.TempDir()
	tests, err := os.ReadFile("testdata/prometheus/alerts_test.yml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "test.yml")
	for name, text := range map[string]string{filepath.Join(dir, "alerts.yml"): readUnit(t, "alerts.yml"), file: string(tests)} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(promtool, "test", "rules", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// topLevel is all that a newcomer meets first.
var topLevel = []string{"Makefile", "README.md", "cmd", "compat", "go.mod", "go.sum", "man", "netnsctl", "tests"}

// TestTopLevel: what is new finds its place below these.
func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); name[0] != '.' && name != "bin" && !strings.Contains(" "+strings.Join(topLevel, " ")+" ", " "+name+" ") {
			t.Errorf("%s stands at the top level", name)
		}
	}
}
