package tests

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// logSocket is a log of the sandbox: the datagrams that were sent to it are read later.
func logSocket(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// entries are the datagrams in the queue of a socket.
func entries(t *testing.T, conn *net.UnixConn) (texts []string) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for buffer := make([]byte, 1<<18); ; {
		n, err := conn.Read(buffer)
		if err != nil {
			return texts
		}
		texts = append(texts, string(buffer[:n]))
	}
}

// journalFields reads an entry of journald's native protocol. A field may come several times.
func journalFields(t *testing.T, entry string) map[string][]string {
	t.Helper()
	fields := map[string][]string{}
	for entry != "" {
		line, rest, ended := strings.Cut(entry, "\n")
		key, value, short := strings.Cut(line, "=")
		if !short && len(rest) > 8 {
			size := binary.LittleEndian.Uint64([]byte(rest))
			rest = rest[8:]
			if size >= uint64(len(rest)) || rest[size] != '\n' {
				t.Fatalf("%s has no end in %q", key, entry)
			}
			value, rest = rest[:size], rest[size+1:]
		}
		if !ended || !regexp.MustCompile(`^[A-Z][A-Z_]*$`).MatchString(key) {
			t.Fatalf("%q begins with no field", entry)
		}
		fields[key] = append(fields[key], value)
		entry = rest
	}
	return fields
}

const journalPath = "/run/systemd/journal/socket"

// TestRecordJournal: each step of a clean-up is one entry of journald, with its facts as fields,
// whatever bytes a name and a path have.
func TestRecordJournal(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	forged := "x\nNETNSCTL_ACTION=release\nMESSAGE=forged"
	w.shell(`netnsctl add live; nsenter --net=/run/netns/live sleep 1000 >/dev/null 2>&1 & asleep $!; netnsctl add idle; netnsctl add stays
		: >/run/netns/dead; : >"$(printf '/run/netns/x\nNETNSCTL_ACTION=release\nMESSAGE=forged')"
		leak; mkdir /run/kept; for file in a "$(printf 'b\nc')"; do : >"/run/kept/$file"; mount --bind /run/netns/leak "/run/kept/$file"; done
		netnsctl delete leak`)
	id := "net:[" + strings.TrimSpace(w.shell("cat /run/ino")) + "]"
	conn := logSocket(t, journalPath)

	w.run("delete", "--force-orphans", "dead", "idle", "--dry-run")
	if got := entries(t, conn); got != nil {
		t.Errorf("a dry run is on record: %q", got)
	}
	a := w.run("-j", "delete", "--force-orphans", "dead", "idle", forged, id, "live")
	if a.status != "3" || a.stderr != "" {
		t.Errorf("status %s: %s", a.status, a.stderr)
	}
	var document struct {
		Steps []struct {
			Action, Outcome, Reason string
			Name                    struct{ Name string }
			Namespace               struct {
				ID     string
				Cookie uint64
			}
			Mounts []struct{ Path string }
		}
	}
	if err := json.Unmarshal([]byte(a.stdout), &document); err != nil {
		t.Fatal(err)
	}
	var want []map[string][]string
	for _, s := range document.Steps {
		fields := map[string][]string{
			"PRIORITY": {"5"}, "SYSLOG_IDENTIFIER": {"netnsctl"}, "SYSLOG_FACILITY": {"3"},
			"NETNSCTL_ACTION": {s.Action}, "NETNSCTL_OUTCOME": {s.Outcome}, "NETNSCTL_REASON": {s.Reason},
		}
		if s.Name.Name != "" {
			fields["NETNSCTL_NAME"] = []string{s.Name.Name}
		}
		if s.Namespace.ID != "" {
			fields["NETNSCTL_ID"] = []string{s.Namespace.ID}
		}
		if s.Namespace.Cookie != 0 {
			fields["NETNSCTL_COOKIE"] = []string{fmt.Sprint(s.Namespace.Cookie)}
		}
		for _, m := range s.Mounts {
			fields["NETNSCTL_MOUNTS"] = append(fields["NETNSCTL_MOUNTS"], m.Path)
		}
		want = append(want, fields)
	}
	var got []map[string][]string
	var messages []string
	for _, entry := range entries(t, conn) {
		fields := journalFields(t, entry)
		messages = append(messages, strings.Join(fields["MESSAGE"], ""))
		delete(fields, "MESSAGE")
		delete(fields, "NETNSCTL_LOGINUID") // depends on who runs the test
		got = append(got, fields)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("on record: %q\nin JSON: %q", got, want)
	}
	for i, part := range []string{
		"removed name dead: dead-file", "removed name idle: no process",
		`removed name "x\nNETNSCTL_ACTION=release\nMESSAGE=forged": dead-file`, "released " + id + ": held by mount /run/kept/a",
	} {
		if i >= len(messages) || !strings.HasPrefix(messages[i], part) {
			t.Errorf("no %q in %q", part, messages)
		}
	}
	if !slices.ContainsFunc(want, func(fields map[string][]string) bool {
		return slices.Equal(fields["NETNSCTL_MOUNTS"], []string{"/run/kept/a", "/run/kept/b\nc"})
	}) {
		t.Errorf("mounts: %q", want)
	}
}

// TestRecordFailed: what failed is on record as well, with the reason.
func TestRecordFailed(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; : >/run/netns/dead`)
	conn := logSocket(t, journalPath)
	a := w.command("/usr/bin/flock", "/run/netns", w.program(), "delete", "--force-orphans", "dead")
	got := entries(t, conn)
	if a.status != "1" || len(got) != 1 {
		t.Fatalf("status %s: %s; on record: %q", a.status, a.stderr, got)
	}
	fields := journalFields(t, got[0])
	for key, want := range map[string]string{"PRIORITY": "3", "NETNSCTL_ACTION": "remove", "NETNSCTL_OUTCOME": "failed", "NETNSCTL_NAME": "dead", "NETNSCTL_REASON": "dead-file"} {
		if got := strings.Join(fields[key], ","); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if detail := strings.Join(fields["NETNSCTL_DETAIL"], ""); detail == "" || fields["MESSAGE"][0] != "failed to remove name dead: "+detail {
		t.Errorf("%q with the detail %q", fields["MESSAGE"], detail)
	}
}

// ownDev covers /dev by one of the sandbox's own: the machine may have a /dev/log.
func (w *machine) ownDev() {
	w.t.Helper()
	w.shell(`mkdir /run/dev; mount -t tmpfs dev /run/dev; : >/run/dev/null; mount --bind /dev/null /run/dev/null; mount --rbind /run/dev /dev`)
}

// TestRecordSyslog: without journald each step is a line for syslog, in which nothing but a field
// looks like one.
func TestRecordSyslog(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.ownDev()
	w.shell(`mkdir /run/netns; : >/run/netns/action=release; : >"$(printf '/run/netns/x" name="y\n<8>z')"`)
	conn := logSocket(t, "/dev/log")
	a := w.run("delete", "--force-orphans", "--min-age=0")
	expectParts(t, "clean-up", a, "0", a.stdout, "2 removed, 0 released, 0 skipped\n")
	var got []string
	for _, line := range entries(t, conn) {
		line = regexp.MustCompile(`^<29>[A-Z][a-z]{2} [ 1-3][0-9] [0-9:]{8} netnsctl\[[0-9]+\]: `).ReplaceAllString(line, "")
		got = append(got, regexp.MustCompile(` loginuid="[0-9]+"`).ReplaceAllString(line, ""))
	}
	want := []string{
		`removed name action\x3drelease: dead-file action="remove" outcome="removed" name="action\x3drelease" reason="dead-file"` + "\n",
		`removed name "x\" name\x3d\"y\n<8>z": dead-file action="remove" outcome="removed" name="x\" name\x3d\"y\n<8>z" reason="dead-file"` + "\n",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("on record: %q\nwant: %q", got, want)
	}
}

// TestRecordStream: a syslog daemon that listens on a stream gets the lines, too.
func TestRecordStream(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.ownDev()
	w.shell(`mkdir /run/netns; : >/run/netns/a; : >/run/netns/b`)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: "/dev/log"})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if a := w.run("delete", "--force-orphans", "--min-age=0"); a.status != "0" || a.stderr != "" {
		t.Errorf("status %s: %s", a.status, a.stderr)
	}
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	text := make([]byte, 1<<16)
	n, _ := conn.Read(text)
	if lines := regexp.MustCompile(`(?m)^<29>.*: removed name [ab]: .*"$`).FindAllString(string(text[:n]), -1); len(lines) != 2 {
		t.Errorf("on record: %q", text[:n])
	}
}

// TestRecordNone: a machine without a log, and one whose daemon is not running, is cleaned up
// without a word about it.
func TestRecordNone(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.ownDev()
	for _, prepare := range []func(){
		func() {},
		func() { logSocket(t, journalPath).Close(); w.shell("ln -s " + journalPath + " /dev/log") },
	} {
		w.shell(`mkdir -p /run/netns; : >/run/netns/dead`)
		prepare()
		if a := w.run("delete", "--force-orphans", "dead"); a.status != "0" || a.stderr != "" {
			t.Errorf("status %s: %s", a.status, a.stderr)
		}
	}
}

// TestRecordFull: a log that takes no more entries neither holds up the clean-up nor is it
// trusted: what is not on record is counted.
func TestRecordFull(t *testing.T) {
	t.Parallel()
	const steps = 40 // more than the queue of a socket has by default
	w := newMachine(t)
	w.shell(`mkdir /run/netns; for i in $(seq 40); do : >/run/netns/dead$i; done`)
	conn := logSocket(t, journalPath)
	began := time.Now()
	a := w.run("delete", "--force-orphans", "--min-age=0")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
	missing := fmt.Sprintf("%d of 40 steps are not on record: %s takes no entries\n", steps-len(entries(t, conn)), journalPath)
	expectParts(t, "full", a, "0", a.stdout, "40 removed, 0 released, 0 skipped\n")
	if a.stderr != "netnsctl: "+missing {
		t.Errorf("%s, want %s", a.stderr, missing)
	}
}
