package procfs

import (
	"slices"
	"strings"
	"testing"
)

func TestProcess(t *testing.T) {
	root := recorded(t, map[string]string{
		"9000001/comm":    "a b\n",
		"9000001/cmdline": "sh\x00-c\x00echo x\x00",
		"9000001/status":  "Name:\tsh\nUid:\t1000\t1001\t1002\t1003\nGid:\t5\t5\t5\t5\n",
		"9000001/cgroup":  "0::/system.slice/x.service\n",
		"9000002/comm":    "kworker/0:1\n",
		"9000002/cmdline": "",
		"9000002/status":  "Name:\tkworker\nUid:\tx\ty\n",
	}).Root()
	for _, test := range []struct {
		situation string
		pid       int
		command   string
		arguments []string
		user      int64
		unit      string
	}{
		{situation: "a command", pid: 9000001, command: "a b", arguments: []string{"sh", "-c", "echo x"}, user: 1001, unit: "x.service"},
		{situation: "a kernel thread", pid: 9000002, command: "kworker/0:1", user: -1},
		{situation: "one that has ended", pid: 9000003, user: -1},
	} {
		arguments, user := CommandLines(nil, root, test.pid)[test.pid], EffectiveUser(nil, root, test.pid)
		if !slices.Equal(arguments, test.arguments) || Command(nil, root, test.pid) != test.command || user != test.user {
			t.Errorf("%s: %q, arguments %q, user %d", test.situation, Command(nil, root, test.pid), arguments, user)
		}
		if unit, container, pod := Cgroup(nil, root, test.pid); unit != test.unit || container != "" || pod != "" {
			t.Errorf("%s: %q, %q, %q", test.situation, unit, container, pod)
		}
	}
}

// stat is the text of /proc/PID/stat with these flags (field 9) and pending signals (31).
func stat(flags, pending string) string {
	fields := slices.Repeat([]string{"0"}, 52-2)
	fields[0], fields[9-3], fields[31-3] = "S", flags, pending
	return "9000001 (a) b) " + strings.Join(fields, " ") + "\n"
}

func TestEnds(t *testing.T) {
	const lives, exits, killed = "4194304", "4194308", "256"
	for _, test := range []struct {
		situation string
		files     map[string]string
		ends      bool
	}{
		{situation: "has ended", ends: true},
		{situation: "lives", files: map[string]string{"9000001/task/9000001/stat": stat(lives, "0")}},
		{situation: "exits", files: map[string]string{"9000001/task/9000001/stat": stat(exits, "0")}, ends: true},
		{situation: "is killed", files: map[string]string{"9000001/task/9000001/stat": stat(lives, killed)}, ends: true},
		{
			situation: "one thread lives", files: map[string]string{
				"9000001/task/9000001/stat": stat(exits, "0"), "9000001/task/9000002/stat": stat(lives, "0"),
			},
		},
		{situation: "a thread has ended meanwhile", files: map[string]string{"9000001/task/9000001/": ""}, ends: true},
		{situation: "is not readable", files: map[string]string{"9000001/task": "no directory"}},
	} {
		if got := recorded(t, test.files).Ends(9000001); got != test.ends {
			t.Errorf("%s: %v", test.situation, got)
		}
	}
}
