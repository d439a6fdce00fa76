package tests

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// tableCommand is a row of the table of commands, as `netnsctl help --json` has
// it.
type tableCommand struct {
	Name      string
	Extension bool
	Arguments []string
	Options   []tableFlag
	Statuses  []string
	Examples  []string
}

type tableFlag struct {
	Name, Short, Value string
	Optional           bool `json:"value_optional"`
	Needs, Excludes    []string
}

// startsProgram reports whether the words after the first argument are another program's.
func (c tableCommand) startsProgram() bool { return slices.Contains(c.Arguments, "[COMMAND...]") }

// word gives the flag with a value that is right, if it takes one.
func (f tableFlag) word(command string) string {
	if f.Value == "" || f.Optional {
		return "--" + f.Name
	}
	return "--" + f.Name + "=" + flagWitnesses[command+" "+f.Name].value
}

// readTable asks the binary for its table.
func readTable(t *testing.T) []tableCommand {
	t.Helper()
	out, err := exec.Command(manBinary(), "help", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var table struct{ Commands []tableCommand }
	if err := json.Unmarshal(out, &table); err != nil || len(table.Commands) < 12 {
		t.Fatalf("%v: %s", err, out)
	}
	return table.Commands
}

// rightArgs are arguments with which each command is right in the world of
// TestBadInput.
var rightArgs = map[string][]string{
	"list": {}, "add": {"new"}, "attach": {"new", "1"}, "set": {"red", "5"}, "delete": {"red"}, "identify": {"1"}, "pids": {"red"},
	"exec": {"red", "true"}, "monitor": {}, "list-id": {}, "help": {"list"}, "find": {"red"}, "inspect": {"red"}, "graph": {"red"},
	"shell": {"red"}, "run": {"true"}, "prune": {"red"}, "check": {}, "snapshot": {"/run/record"}, "metrics": {}, "completion": {"bash"},
	"exists": {"red"},
}

// wrongValues are values that a flag of each kind refuses.
var wrongValues = map[string][]string{
	"TIME": {"soon", "-5m", ""}, "N": {"x", "-1", "1.5", ""}, "SEC": {"x", "-1", "0", ""}, "FORMAT": {"png", ""}, "MODE": {"host", "Isolated", ""}, "COLUMNS": {"NONSENSE", ""},
	"CONDITION": {"nonsense", "nonsense=1", "age>soon", ""}, "USER": {"nosuchuser", ":", ""}, "FILE": {"/nowhere/file", ""},
	"PROGRAM": {"/nowhere/shell", ""}, "GLOB": {"[", ""}, "SIG": {"FOO", "0", ""},
}

// badCall is a call that is a mistake, and what kind of mistake.
type badCall struct {
	kind string
	argv []string
}

// badCalls are the whole product of the commands and the kinds of mistakes.
func badCalls(t *testing.T, table []tableCommand) (calls []badCall) {
	everyFlag := map[string]bool{}
	for _, c := range table {
		for _, f := range c.Options {
			everyFlag["--"+f.Name] = true
		}
	}
	for _, c := range table {
		right, known := rightArgs[c.Name]
		if !known {
			t.Errorf("no right arguments for %s", c.Name)
			continue
		}
		add := func(kind string, words ...string) {
			calls = append(calls, badCall{kind, append([]string{c.Name}, words...)})
		}
		// Flags stand before the arguments, and after them where those are no other
		// command's.
		addFlag := func(kind string, flag ...string) {
			add(kind, slices.Concat(flag, right)...)
			if !c.startsProgram() {
				add(kind, slices.Concat(right, flag)...)
			}
		}
		own := map[string]bool{}
		for _, f := range c.Options {
			own["--"+f.Name] = true
		}
		addFlag("unknown flag", "--xyzzy")
		addFlag("unknown flag", "--xyzzy=1")
		addFlag("unknown flag", "-X")
		for flag := range everyFlag {
			if !own[flag] {
				addFlag("flag of another command", flag)
			}
		}
		for _, f := range c.Options {
			addFlag("misspelled flag", "--"+f.Name+"x")
			addFlag("misspelled flag", "-"+f.Name)
			if len(f.Needs) > 0 {
				addFlag("flag without what it needs", f.word(c.Name))
			}
			for _, other := range c.Options {
				if slices.Contains(f.Excludes, other.Name) {
					addFlag("flags that exclude each other", f.word(c.Name), other.word(c.Name))
				}
			}
			if f.Value == "" {
				addFlag("value of a switch", "--"+f.Name+"=yes")
				continue
			}
			if f.Value != "CONDITION" && f.Value != "GLOB" { // of which several may be given
				addFlag("flag given twice", twice(c.Name, f)...)
			}
			if !f.Optional {
				before := right
				if c.startsProgram() {
					before = nil
				}
				add("flag without value", slices.Concat(before, []string{"--" + f.Name})...)
			}
			for _, value := range wrongValues[f.Value] {
				needed := []string{"--" + f.Name + "=" + value}
				for _, other := range f.Needs[:min(1, len(f.Needs))] {
					needed = append(needed, "--"+other)
				}
				addFlag("wrong value", needed...)
			}
			if wrongValues[f.Value] == nil {
				t.Errorf("no wrong values for the %s of %s --%s", f.Value, c.Name, f.Name)
			}
		}
		calls = append(calls, badArguments(c, right)...)
	}
	return calls
}

// twice is a flag with a value, given two times.
func twice(command string, f tableFlag) []string {
	word := "--" + f.Name + "=" + flagWitnesses[command+" "+f.Name].value
	return []string{word, word}
}

// badArguments are mistakes beside the flags.
func badArguments(c tableCommand, right []string) (calls []badCall) {
	add := func(kind string, words ...string) {
		calls = append(calls, badCall{kind, append([]string{c.Name}, words...)})
	}
	replaced := func(i int, word string) []string {
		words := slices.Clone(right)
		words[i] = word
		return words
	}
	most, least := 0, 0
	for _, arg := range c.Arguments {
		if most++; strings.Contains(arg, "...") {
			most = 1000
		}
		if !strings.HasPrefix(arg, "[") {
			least++
		}
	}
	if len(right) >= most {
		add("surplus word", append(slices.Clone(right), "surplus")...)
		add("surplus word", append(slices.Clone(right), "two", "more")...)
	}
	for n := range least {
		add("missing word", right[:n]...)
	}
	for i := range right {
		if c.startsProgram() && i > 0 {
			break // the words of the command
		}
		add("leading dash", replaced(i, "-dash")...)
		if i < least {
			add("leading dash", replaced(i, "--")...)
		}
		add("empty word", replaced(i, "")...)
		switch kind := strings.Trim(c.Arguments[min(i, len(c.Arguments)-1)], "[]."); {
		case kind == "NAME" && c.Name != "set":
			add("name that exists", replaced(i, "red")...)
			add("name that cannot be", replaced(i, "a/b")...)
			add("name that cannot be", replaced(i, "..")...)
			add("name that cannot be", replaced(i, strings.Repeat("n", 256))...)
		case kind == "NSID":
			for _, word := range []string{"x", "1.5", "2147483648", "Auto"} {
				add("wrong argument", replaced(i, word)...)
			}
		default:
			for _, word := range []string{"nowhere", "net:[1]", "pid:999999", "./nowhere", "/run/nowhere", "999999", "dead", "/etc/passwd", "host"} {
				switch {
				case c.Name == "find" || c.Name == "snapshot" || c.Name == "exists":
					continue // they look for anything, or write a file, or say nothing
				case word == "dead" && (c.Name == "delete" || c.Name == "prune"), word == "host" && !slices.Contains([]string{"delete", "set", "help"}, c.Name):
					continue // that is right
				}
				add("name that does not exist", replaced(i, word)...)
			}
		}
	}
	return calls
}

// badWorld has what the right calls need.
const badWorld = `
netnsctl add red
netnsctl add blue
netnsctl set blue 7
: >/run/netns/dead
: >/run/netns/-dash
netnsctl exec red sleep 1000 >/dev/null 2>&1 & asleep $!
`

// TestBadInput: every mistake with every command is answered by one line and the
// status 1 or 2, and changes nothing, as a call of its own and in a batch.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(badWorld)
	calls := badCalls(t, readTable(t))
	before := w.box.state()
	kinds := map[string]int{}
	var batch strings.Builder
	for _, c := range calls {
		kinds[c.kind]++
		a := w.run(c.argv...)
		status := a.status
		if slices.Contains(c.argv, "--nagios") && status == "3" {
			status = "2" // which is CRITICAL for a monitoring system
		}
		if status != "1" && status != "2" || a.stdout != "" || strings.Count(a.stderr, "\n") != 1 || !strings.HasPrefix(a.stderr, "netnsctl: ") {
			t.Errorf("%s: netnsctl %q: status %s\n%s%s", c.kind, c.argv, a.status, a.stdout, a.stderr)
		}
		if after := w.box.state(); after != before {
			t.Fatalf("%s: netnsctl %q changed\n%s\nto\n%s", c.kind, c.argv, before, after)
		}
		if !slices.ContainsFunc(c.argv, func(word string) bool { return strings.ContainsAny(word, " \"'#") }) && !slices.Contains(c.argv, "") {
			batch.WriteString(strings.Join(c.argv, " ") + "\n")
		}
	}
	a, err := command{path: w.program(), argv: []string{"netnsctl", "-force", "-batch", "-"}, env: w.env, dir: "/", stdin: []byte(batch.String())}.run()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Count(batch.String(), "\n")
	if failed := strings.Count(a.stderr, "Command failed -:"); a.status != "1" || a.stdout != "" || failed != lines {
		t.Errorf("the batch of %d lines: status %s, %d failed\n%s", lines, a.status, failed, a.stdout)
	}
	if after := w.box.state(); after != before {
		t.Fatalf("the batch changed\n%s\nto\n%s", before, after)
	}
	t.Logf("%d calls, %d lines of a batch: %v", len(calls), lines, kinds)
}

// TestShortHelp: -h before a command that does something is help. Before those of
// iproute2's that only look it is its -human.
func TestShortHelp(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x`)
	for words, says := range map[string]string{
		"-h":               "usage: netnsctl [OPTION...]",
		"-h delete x":      "usage: netnsctl delete ",
		"--h d x":          "usage: netnsctl delete ",
		"-j -h -all del":   "usage: netnsctl delete ",
		"-h add y":         "usage: netnsctl add ",
		"-h exec x false":  "usage: netnsctl exec ",
		"-h metrics":       "usage: netnsctl metrics ",
		"-h attach y 1":    "usage: netnsctl attach ",
		"-h set x 5":       "usage: netnsctl set ",
		"-h -n x delete x": "usage: netnsctl delete ",
	} {
		a := w.run(strings.Fields(words)...)
		if a.status != "0" || !strings.HasPrefix(a.stdout, says) || a.stderr != "" {
			t.Errorf("%s: %v", words, a)
		}
	}
	for _, words := range []string{"-h list", "-human list", "list"} {
		expectAnswer(t, words, w.run(strings.Fields(words)...), "0", "x\n", "")
	}
}
