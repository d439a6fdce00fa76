package tests

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// commands are what scripts have beside testscript's own. Those of the first
// group are calls, and go into the transcript.
//
//	ip WORDS...           a call, in the words of ip, said in the face's
//	sh FILE|-c TEXT       sh(1), where $IP OPTIONS $OBJ COMMAND is such a call
//	state                 what the sandbox looks like now
//
//	asuser CALL           as an ordinary user
//	input FILE CALL       with a file's text as standard input
//	argv0 NAME CALL       under another name
//	status N CALL         must end with N (an exit status or a signal's name)
//
//	proc VAR [in NAME] CMD...  starts a process, whose id is $VAR
//	learn VAR COMMAND     $VAR is what a line of sh(1) prints
//	waitfor COMMAND       until sh(1) says yes
//	setup COMMAND         a line of sh(1) that must succeed and is no call
//	unable REASON         skips what the machine cannot do (see NETNSCTL_TEST_NOSKIP)
//	only FACE,... REASON  ends the script for other faces; the installed ip is "real"
//	own CALL              whose answer in the face netnsctl is its own, see TestBadInput
//	instead COMMAND       in the face netnsctl, a line of sh(1) with the effect that the call above has for ip
//	before VERSION CALL   only where the answers are an older iproute2's
//	since VERSION         what follows is of that iproute2: no live comparison with older ones
var commands map[string]func(*testscript.TestScript, bool, []string)

func init() {
	commands = map[string]func(*testscript.TestScript, bool, []string){
		"ip": call("ip"), "sh": call("sh"), "state": call("state"),
		"asuser": call("asuser"), "input": call("input"), "argv0": call("argv0"), "status": call("status"),
		"proc": proc, "learn": learn, "waitfor": waitfor, "setup": setupLine, "since": since, "before": before, "only": only,
		"own": ownAnswer, "instead": instead,
		"unable": func(ts *testscript.TestScript, _ bool, args []string) {
			unable(scriptOf(ts).t, strings.Join(args, " "))
		},
	}
}

func call(word string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("unsupported: ! %s (say status N)", word)
		}
		s := scriptOf(ts)
		words := append([]string{word}, args...)
		c, want := s.parseCall(ts, words)
		var a answer
		if c.path == "" {
			a = answer{stdout: s.state(), status: "0"}
		} else {
			var err error
			a, err = c.run()
			ts.Check(err)
		}
		io.WriteString(ts.Stdout(), a.stdout)
		io.WriteString(ts.Stderr(), a.stderr)
		if want != "" && a.status != want {
			ts.Fatalf("ended with %s, want %s\nstdout:\n%s\nstderr:\n%s", a.status, want, a.stdout, a.stderr)
		}
		if s.transcript == nil {
			if want == "" && a.status != "0" {
				ts.Fatalf("ended with %s\nstdout:\n%s\nstderr:\n%s", a.status, a.stdout, a.stderr)
			}
			return
		}
		a.stdout, a.stderr = s.normal(a.stdout), s.normal(a.stderr)
		if difference := s.transcript.add(entry{s.normal(quoteWords(words)), a}); difference != "" {
			ts.Fatalf("%s", difference)
		}
	}
}

// parseCall reads a call's prefixes and words. path is empty for the call state.
func (s *script) parseCall(ts *testscript.TestScript, words []string) (c command, status string) {
	c = command{dir: ts.MkAbs("."), env: baseEnv(s.face, s.dir)}
	for _, pid := range s.pids {
		c.env = append(c.env, pid+"="+ts.Getenv(pid))
	}
	argv0 := ""
	for len(words) > 0 {
		word, args := words[0], words[1:]
		if (word == "input" || word == "argv0" || word == "status") && len(args) == 0 {
			ts.Fatalf("%s needs a value", word)
		}
		switch word {
		case "asuser":
			if !isRoot() {
				ts.Fatalf("asuser is for [root]")
			}
			c.user, words = true, args
		case "input":
			c.stdin, words = []byte(ts.ReadFile(args[0])), args[1:]
		case "argv0":
			argv0, words = args[0], args[1:]
		case "status":
			status, words = args[0], args[1:]
		case "state":
			return c, status
		case "sh":
			c.path, c.argv = "/bin/sh", append([]string{"sh"}, args...)
			return c, status
		case "ip":
			argv, ok := s.face.argv(args)
			if !ok {
				ts.Fatalf("%s has no such object: %q", s.face.name, args)
			}
			if argv0 == "" {
				argv0 = s.face.link
				if s.face == realFace {
					argv0 = "ip"
				}
			}
			c.path, c.argv = s.face.program(), append([]string{argv0}, argv...)
			return c, status
		default:
			ts.Fatalf("no call: %q", words)
		}
	}
	ts.Fatalf("no call")
	return c, ""
}

var (
	plainWord = regexp.MustCompile(`^[-\w./=:,+%@]+$`)
	anyNumber = regexp.MustCompile(`\d+`)
)

func quoteWords(words []string) string {
	quoted := slices.Clone(words)
	for i, w := range quoted {
		if !plainWord.MatchString(w) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", "''") + "'"
		}
	}
	return escape(strings.Join(quoted, " "))
}

// normal replaces what differs from run to run: process ids and the script's
// directory.
func (s *script) normal(text string) string {
	text = strings.ReplaceAll(text, s.dir, "$WORK")
	return anyNumber.ReplaceAllStringFunc(text, func(number string) string {
		pid, err := strconv.Atoi(number)
		switch name := s.pids[pid]; {
		case err == nil && name != "":
			return "$" + name
		case err == nil && pid >= firstPID && pid < firstPID+9000:
			return "$PID"
		}
		return number
	})
}

// proc starts a process that stays until the sandbox ends, and waits until the
// program runs.
func proc(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: proc VAR [in NAME] CMD...")
	}
	s, name, argv := scriptOf(ts), args[0], args[1:]
	if argv[0] == "in" {
		argv = append([]string{"nsenter", "--net=/run/netns/" + argv[1], "--"}, argv[2:]...)
	}
	out := ts.MkAbs(".tmp/" + name)
	cmd := exec.Command("/bin/sh", append([]string{"-c", `exec <&- >/dev/null 2>&1; echo $$ >"$0"; exec "$@"`, out}, argv...)...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), baseEnv(s.face, s.dir)
	ts.Check(cmd.Start())
	go cmd.Wait()
	program := argv[len(argv)-1]
	if i := slices.Index(argv, "--"); i >= 0 {
		program = argv[i+1]
	} else {
		program = argv[0]
	}
	eventually(ts, name+" to start", func() bool {
		pid, err := os.ReadFile(out)
		if err != nil {
			return false
		}
		comm, _ := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/comm")
		return strings.TrimSpace(string(comm)) == program
	})
	pid := strings.TrimSpace(ts.ReadFile(out))
	ts.Setenv(name, pid)
	number, err := strconv.Atoi(pid)
	ts.Check(err)
	s.pids[number] = name
}

func eventually(ts *testscript.TestScript, what string, done func() bool) {
	if !poll(done) {
		ts.Fatalf("waited too long for %s", what)
	}
}

func waitfor(ts *testscript.TestScript, neg bool, args []string) {
	s := scriptOf(ts)
	eventually(ts, fmt.Sprint(args), func() bool { return s.shell(ts, args).Run() == nil != neg })
}

func setupLine(ts *testscript.TestScript, neg bool, args []string) {
	if out, err := scriptOf(ts).shell(ts, args).CombinedOutput(); err != nil != neg {
		ts.Fatalf("%v\n%s", err, out)
	}
}

// learn gives a script what differs from run to run, such as the ID of a namespace.
func learn(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: learn VAR COMMAND")
	}
	out, err := scriptOf(ts).shell(ts, args[1:]).Output()
	ts.Check(err)
	ts.Setenv(args[0], strings.TrimSpace(string(out)))
}

func (s *script) shell(ts *testscript.TestScript, args []string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", strings.Join(args, " "))
	cmd.Dir, cmd.Env = ts.MkAbs("."), baseEnv(s.face, s.dir)
	for pid, name := range s.pids {
		cmd.Env = append(cmd.Env, name+"="+strconv.Itoa(pid))
	}
	return cmd
}

// only ends the script for other faces.
func only(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: only FACE,... REASON")
	}
	if s := scriptOf(ts); !slices.Contains(strings.Split(args[0], ","), s.face.name) {
		s.t.Skip("not for", s.face.name+":", strings.Join(args[1:], " "))
	}
}

// ownAnswer is a call that is a mistake for the face netnsctl, or that asks for a text of
// its own: its answer is not that of the transcript.
func ownAnswer(ts *testscript.TestScript, neg bool, args []string) {
	s := scriptOf(ts)
	if s.face.name != "netnsctl" {
		commands[args[0]](ts, neg, args[1:])
		return
	}
	c, _ := s.parseCall(ts, args)
	a, err := c.run()
	ts.Check(err)
	if a.status == "timeout" {
		ts.Fatalf("it hangs")
	}
	a.stdout, a.stderr = s.normal(a.stdout), s.normal(a.stderr)
	if problem := s.transcript.own(entry{s.normal(quoteWords(args)), a}); problem != "" {
		ts.Fatalf("%s", problem)
	}
}

// instead does what a call has done for ip and not for the face netnsctl, so that the
// rest of the script finds the same world.
func instead(ts *testscript.TestScript, neg bool, args []string) {
	if scriptOf(ts).face.name == "netnsctl" {
		setupLine(ts, neg, args)
	}
}

func before(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: before VERSION CALL")
	}
	if scriptOf(ts).transcript.version < parseVersion("iproute2-"+args[0]) {
		commands[args[1]](ts, false, args[2:])
	}
}

func since(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: since VERSION")
	}
	if scriptOf(ts).face == realFace && ipVersion() < parseVersion("iproute2-"+args[0]) {
		s := scriptOf(ts)
		s.t.Skip("of iproute2", args[0], "and later; the installed one is older")
	}
}
