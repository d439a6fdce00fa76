package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// interactiveShells have a start file of the user's, at its path below HOME, that
// sets the prompt "mine> " and the variable RC.
var interactiveShells = map[string]struct{ file, text string }{
	"bash": {
		file: ".bashrc",
		text: `PS1='mine> '; RC=read
unset HISTFILE
bind 'set enable-bracketed-paste off'
`,
	},
	"zsh": {
		file: ".zshrc",
		text: `PROMPT='mine> '; RC=read
unset HISTFILE
setopt promptsubst
unsetopt prompt_cr prompt_sp zle_bracketed_paste
`,
	},
	"fish": {
		file: ".config/fish/config.fish",
		text: `function fish_prompt; echo -n 'mine> '; end
set RC read
set -g fish_autosuggestion_enabled 0
set -g fish_greeting
`,
	},
	"dash": {file: ".shrc", text: "RC=read\n"},
}

const shellHome = "/run/home"

// newShellWorld has a home with the start file of a shell, and nothing in /tmp.
func newShellWorld(t *testing.T, shell string) *machine {
	t.Helper()
	if _, err := exec.LookPath(shell); err != nil {
		unable(t, err)
	}
	w := newMachine(t)
	w.shell(strings.NewReplacer("HOME", shellHome, "ARTEFACT", artefact).Replace(`
		mkdir HOME /run/artefact
		mount --bind ARTEFACT /run/artefact
		mount -t tmpfs none /tmp
		mkdir -p ARTEFACT
		mount --bind /run/artefact ARTEFACT`))
	start := interactiveShells[shell]
	w.startFile(start.file, start.text)
	// Without this directory fish makes completions of all manual pages.
	w.shell("mkdir -p " + shellHome + "/.local/share/fish/generated_completions")
	w.env = append(w.env, "HOME="+shellHome, "TERM=xterm", "SHELL=/bin/"+shell)
	if shell == "dash" {
		w.env = append(w.env, "PS1=mine> ", "ENV="+shellHome+"/.shrc")
	}
	return w
}

func (w *machine) startFile(name, text string) {
	w.t.Helper()
	path := filepath.Join(shellHome, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// start runs netnsctl on a terminal.
func (w *machine) start(words ...string) (*terminal, *exec.Cmd) {
	w.t.Helper()
	cmd := exec.Command(w.program(), words...)
	cmd.Env, cmd.Dir = w.env, shellHome
	return startTerminal(w.t, cmd), cmd
}

// prompts waits for a prompt.
func (term *terminal) prompts(text string) {
	term.t.Helper()
	if !term.expect(text) {
		term.t.FailNow()
	}
}

func forEachShell(t *testing.T, test func(t *testing.T, shell string)) {
	for shell := range interactiveShells {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			test(t, shell)
		})
	}
}

// TestShell: the shell is inside, shows the name, has read the user's start file,
// and leaves nothing behind.
func TestShell(t *testing.T) {
	forEachShell(t, func(t *testing.T, shell string) {
		w := newShellWorld(t, shell)
		w.shell(`
		netnsctl add web1
		netnsctl exec web1 ip link set lo up
		mkdir -p /etc/netns/web1
		echo overlay >/etc/netns/web1/hosts`)
		term, cmd := w.start("shell", "web1")
		term.prompts("(web1) mine> ")
		inode := lastWord(w.shell("stat -Lc %i /run/netns/web1"))
		for command, want := range map[string]string{
			"echo NETNS is $NETNS":                                "NETNS is web1\n",
			"echo RC is $RC":                                      "RC is read\n",
			"echo \"ZDOTDIR is :$ZDOTDIR\"":                       "ZDOTDIR is :\n",
			"readlink /proc/self/ns/net":                          "net:[" + inode + "]\n",
			"cat /etc/hosts":                                      "overlay\n",
			"ip -br link":                                         "LOOPBACK,UP",
			"stat -Lc '%t' /proc/self/fd/*":                       "\n",
			"find /proc/self/fd -lname / -o -lname '*rc' | wc -l": "0\n",
		} {
			term.send(command + "\n")
			term.expect(want)
			term.prompts("(web1) mine> ")
		}
		term.send("exit 7\n")
		cmd.Wait()
		if status := cmd.ProcessState.ExitCode(); status != 7 {
			t.Errorf("status %d", status)
		}
		start := interactiveShells[shell]
		if text, _ := os.ReadFile(filepath.Join(shellHome, start.file)); string(text) != start.text {
			t.Errorf("%s is now %q", start.file, text)
		}
		left := w.shell("find /tmp " + shellHome + " -path '" + artefact + "*' -prune -o -type f ! -path '*fish*' -print")
		if want := filepath.Join(shellHome, start.file) + "\n"; shell != "fish" && left != want || shell == "fish" && left != "" {
			t.Errorf("left behind: %s", left)
		}
	})
}

// TestShellPromptMadeAnew: start files that make the prompt before each command, or
// replace what others have set up for that.
func TestShellPromptMadeAnew(t *testing.T) {
	for i, c := range []struct {
		shell, file, text string
		// twoLines says that the prompt's first line is "two".
		twoLines bool
	}{
		{shell: "bash", file: ".bashrc", text: `PROMPT_COMMAND='PS1="$? new> "'`},
		{shell: "bash", file: ".bashrc", text: `PROMPT_COMMAND=('x=$?' 'PS1="$x new> "')`},
		{shell: "bash", file: ".bashrc", text: `PROMPT_COMMAND='PS1="$? new> " # said'; set -u; return 3`},
		{
			shell: "bash", file: ".bashrc",
			text: `PS1='$? new> '; shopt -u promptvars; unset PROMPT_COMMAND; shopt -s promptvars`,
		},
		{shell: "zsh", file: ".zshrc", text: `precmd() { PS1="$? new> " }`},
		{shell: "zsh", file: ".zshrc", text: `last() { PS1="$? new> " }; precmd_functions=(last)`},
		{shell: "zsh", file: ".zshrc", text: `PS1='%? new> '; setopt ksharrays nounset shwordsplit`},
		{
			shell: "zsh", file: ".zshenv",
			text: `ZDOTDIR=$HOME/own; mkdir -p $ZDOTDIR; echo "PS1='%? new> '" >$ZDOTDIR/.zshrc`,
		},
		{
			shell: "fish", file: ".config/fish/functions/fish_prompt.fish",
			text: `function fish_prompt; echo -n "$status new> "; end`,
		},
		{
			shell: "fish", file: ".config/fish/config.fish",
			text:     `function fish_prompt; set -l all $pipestatus; echo two; echo -n "$all new> "; end`,
			twoLines: true,
		},
	} {
		t.Run(fmt.Sprint(c.shell, i), func(t *testing.T) {
			t.Parallel()
			w := newShellWorld(t, c.shell)
			if c.file != interactiveShells[c.shell].file {
				os.Remove(filepath.Join(shellHome, interactiveShells[c.shell].file))
			}
			w.startFile(c.file, c.text+"\n")
			w.shell("netnsctl add b")
			ok, failed := "(b) 0 new> ", "(b) 1 new> "
			if c.twoLines {
				ok, failed = "(b) two\n0 new> ", "(b) two\n1 new> "
			}
			term, _ := w.start("shell", "b")
			term.prompts(ok)
			term.send("false\n")
			term.prompts(failed)
			term.send("true\n")
			term.prompts(ok)
			if strings.Contains(term.seen, "(b) (b)") {
				t.Errorf("the name stands there twice: %q", term.seen)
			}
		})
	}
}

// TestShellZdotdir: zsh finds the user's own files, wherever he has them.
func TestShellZdotdir(t *testing.T) {
	for name, c := range map[string]struct{ setting, global string }{
		"environment":       {setting: "ZDOTDIR=/run/it's"},
		"global default":    {global: `: ${ZDOTDIR:="/run/it's"}; export ZDOTDIR`},
		"global, also both": {setting: "ZDOTDIR=/run/it's", global: `: ${ZDOTDIR:=/nowhere}; export ZDOTDIR`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newShellWorld(t, "zsh")
			w.shell(`
				netnsctl add b
				mkdir "/run/it's" /etc/zsh
				echo E=read >"/run/it's/.zshenv"
				mv ` + shellHome + `/.zshrc "/run/it's"`)
			if err := os.WriteFile("/etc/zsh/zshenv", []byte(c.global+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			plain := w.command("/usr/bin/env", "-u", "ZDOTDIR", "zsh", "-c", "print -r $ZDOTDIR")
			if c.global != "" && c.setting == "" && plain.stdout != "/run/it's\n" {
				unable(t, "this zsh has no /etc/zsh/zshenv")
			}
			if c.setting != "" {
				w.env = append(w.env, c.setting)
			}
			term, _ := w.start("shell", "b")
			term.prompts("(b) mine> ")
			term.send("echo $E $RC $ZDOTDIR; env | grep -c ^ZDOTDIR=\n")
			term.expect("read read /run/it's\n1\n")
		})
	}
}

// TestShellNested: the prompt shows the namespace that one is in, and no other.
func TestShellNested(t *testing.T) {
	forEachShell(t, func(t *testing.T, shell string) {
		w := newShellWorld(t, shell)
		w.shell("netnsctl add blue; netnsctl add red")
		term, _ := w.start("shell", "blue")
		term.prompts("(blue) mine> ")
		term.send("netnsctl shell red\n")
		term.prompts("(red) mine> ")
		if strings.Contains(term.seen, "(blue)") {
			t.Errorf("both names: %q", term.seen)
		}
		term.send("exit 3\n")
		term.prompts("(blue) mine> ")
	})
}

// TestShellJobs: jobs can be stopped and continued, and Ctrl-C ends them, not the
// shell.
func TestShellJobs(t *testing.T) {
	forEachShell(t, func(t *testing.T, shell string) {
		w := newShellWorld(t, shell)
		w.shell("netnsctl add b")
		term, _ := w.start("shell", "b")
		term.prompts("(b) mine> ")
		term.send("sh -c 'echo star''ted; exec sleep 1000'\n")
		term.prompts("started\n")
		w.awaitSleep()
		term.send("\x1a")
		term.prompts("(b) mine> ")
		term.send("fg\n")
		term.expect("sleep 1000")
		w.awaitSleep()
		term.send("\x03")
		term.prompts("(b) mine> ")
		term.send("echo ali''ve\n")
		term.prompts("alive\n")
	})
}

// awaitSleep waits until the job sleeps, and is not stopped.
func (w *machine) awaitSleep() {
	w.t.Helper()
	w.shell(`until grep -qs 'State:.S' /proc/$(pgrep -xf 'sleep 1000')/status; do sleep 0.01; done`)
}

// TestShellHostileName: no name runs code or drives the terminal.
func TestShellHostileName(t *testing.T) {
	names := map[string]string{
		"$(touch ran)":         "(%24(touch ran)) mine> ",
		"`touch ran`":          "(%60touch ran%60) mine> ",
		"'; touch ran; '":      "(%27; touch ran; %27) mine> ",
		"\"; touch ran; \"":    "(%22; touch ran; %22) mine> ",
		"x;touch ran":          "(x;touch ran) mine> ",
		"a\ntouch ran\n":       "(a%0Atouch ran%0A) mine> ",
		"\x1b]0;title\x07":     "(%1B]0;title%07) mine> ",
		"\x9b31m\xff":          "(%9B31m%FF) mine> ",
		"%n%1(?.a.b)%{":        "(%25n%251(?.a.b)%25{) mine> ",
		`\u\h\w\`:              `(%5Cu%5Ch%5Cw%5C) mine> `,
		"${x[$(touch ran)]}!!": "(%24{x[%24(touch ran)]}%21%21) mine> ",
		"-x *":                 "(-x *) mine> ",
	}
	forEachShell(t, func(t *testing.T, shell string) {
		w := newShellWorld(t, shell)
		for name, prompt := range names {
			if a := w.run("add", "--", name); a.status != "0" {
				t.Fatal(a)
			}
			term, cmd := w.start("shell", "--", name)
			if term.expect(prompt) {
				term.send("printf '%s|' $NETNS \"$NETNS\" | od -v -An -c | tr -d ' \\n'; echo\n")
				term.expect("|\n")
				term.prompts(prompt)
			}
			term.send("exit\n")
			cmd.Wait()
			if _, err := os.Stat(shellHome + "/ran"); err == nil {
				t.Fatalf("%q has run", name)
			}
			if strings.Contains(term.seen, "]0;title\x07") || strings.Contains(term.seen, "\x9b") {
				t.Errorf("%q drives the terminal: %q", name, term.seen)
			}
		}
	})
}

// TestShellKilled: whenever the shell is killed, nothing is left.
func TestShellKilled(t *testing.T) {
	forEachShell(t, func(t *testing.T, shell string) {
		w := newShellWorld(t, shell)
		w.shell("netnsctl add b")
		state := func() string {
			return living() + strings.Join(mountLines(), "\n") + w.run("list", "--all-namespaces", "-o", "NAME,ID").stdout +
				w.shell("netnsctl list; find /tmp "+shellHome+" -path '"+artefact+"/*' -prune -o -path '*fish*' -o -print | sort")
		}
		before := state()
		for i := range 50 {
			term, cmd := w.start("shell", "b")
			if i%10 == 9 {
				term.prompts("(b) mine> ")
			} else {
				time.Sleep(time.Duration(i) * time.Millisecond) // any moment of the start
			}
			cmd.Process.Kill()
			cmd.Wait()
		}
		// Children of the shell end with their terminal.
		var after string
		if !poll(func() bool { after = state(); return after == before }) {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

// living are the processes in the sandbox that have not ended.
func living() string {
	files, _ := filepath.Glob("/proc/[0-9]*/status")
	var all strings.Builder
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && !strings.Contains(string(text), "\nState:\tZ") {
			name, _, _ := strings.Cut(string(text), "\n")
			fmt.Fprintln(&all, file, name)
		}
	}
	return all.String()
}

// TestShellInput: without a terminal the shell reads commands, as it does elsewhere.
func TestShellInput(t *testing.T) {
	forEachShell(t, func(t *testing.T, shell string) {
		w := newShellWorld(t, shell)
		w.shell("netnsctl add b")
		a, err := command{
			path: w.program(), argv: []string{"netnsctl", "shell", "b"}, env: w.env, dir: "/",
			stdin: []byte("echo $NETNS:$RC\nls /proc/self/fd | wc -l\nexit 5\n"),
		}.run()
		if err != nil {
			t.Fatal(err)
		}
		rc := ""
		if shell == "fish" {
			rc = "read" // config.fish is for all
		}
		if lines := strings.Fields(a.stdout); a.status != "5" || len(lines) != 2 || lines[0] != "b:"+rc || lines[1] > "5" || a.stderr != "" {
			t.Errorf("%v", a)
		}
	})
}

// TestShellChoice: which namespace, and which shell.
func TestShellChoice(t *testing.T) {
	t.Parallel()
	w := newShellWorld(t, "dash")
	ask := func(env string, words ...string) answer {
		t.Helper()
		a, err := command{
			path: "/usr/bin/env", argv: slices.Concat([]string{"env"}, strings.Fields(env), []string{w.program(), "shell"}, words),
			env: w.env, dir: "/", stdin: []byte("echo $NETNS; readlink /proc/$$/exe; echo $HOME\n"),
		}.run()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := ask(""); a.status != "2" || !strings.Contains(a.stderr, "NAMESPACE is missing: no namespace has a name") {
		t.Errorf("no name: %v", a)
	}
	w.shell("netnsctl add red")
	sh := lastWord(w.shell("readlink -f /bin/sh"))
	if a := ask(""); a != (answer{"red\n" + lastWord(w.shell("readlink -f /bin/dash")) + "\n" + shellHome + "\n", "", "0"}) {
		t.Errorf("one name: %v", a)
	}
	pid := lastWord(w.shell(`
		netnsctl add blue
		setsid unshare -n sleep 1000 >/dev/null 2>&1 & asleep $!
		echo $!`))
	ino := lastWord(w.shell("stat -Lc %i /proc/" + pid + "/ns/net"))
	if a := ask(""); a.status != "2" || !strings.Contains(a.stderr, "NAMESPACE is missing; choose one of: blue, red") {
		t.Errorf("two names: %v", a)
	}
	for word, want := range map[string]string{
		"blue": "blue", "/run/netns/red": "red", "pid:" + pid: "pid:" + pid, "net:[" + ino + "]": "net:[" + ino + "]",
	} {
		if a := ask("", word); a.status != "0" || !strings.HasPrefix(a.stdout, want+"\n") {
			t.Errorf("%s: %v", word, a)
		}
	}
	for env, want := range map[string]string{
		"SHELL=/nowhere": sh, "SHELL=/etc/passwd": sh, "SHELL=dash": sh, "SHELL=": sh, "-u SHELL": sh, "SHELL=/bin/bash": "bash",
	} {
		if a := ask(env, "blue"); a.status != "0" || !strings.Contains(a.stdout, want+"\n") {
			t.Errorf("%s: %v", env, a)
		}
	}
	if a := ask("", "--shell", "bash", "blue"); a.status != "0" || !strings.Contains(a.stdout, "/bash\n") {
		t.Errorf("--shell: %v", a)
	}
	for _, c := range []struct{ env, words, status, says string }{
		{"SHELL=/usr/sbin/nologin", "blue", "1", "$SHELL is /usr/sbin/nologin, which lets nobody in; to choose another shell: --shell PROGRAM"},
		{"SHELL=/bin/rbash", "blue", "1", "a restricted shell"},
		{"", "--shell /nowhere blue", "1", "run command /nowhere: no such file or directory"},
		{"", "none", "1", "no namespace none"},
		{"", "a/b", "1", "no namespace a/b"},
		{"", "blue red", "2", "unexpected argument red"},
		{"", "--keep-sys --no-sysfs blue", "2", "--no-sysfs"},
		{"", "--shell= blue", "2", "--shell: the value is empty"},
		{"", "--nonsense blue", "2", "nonsense"},
	} {
		if a := ask(c.env, strings.Fields(c.words)...); a.status != c.status || !strings.Contains(a.stderr, c.says) || a.stdout != "" {
			t.Errorf("%s %s: %v", c.env, c.words, a)
		}
	}
}

// TestShellUser: another user gets his own shell, home and start files.
func TestShellUser(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		unable(t, "only root can become another user")
	}
	w := newShellWorld(t, "bash")
	w.shell(`
		netnsctl add b
		chmod 700 ` + shellHome + `
		mkdir /run/alice
		echo "PS1='hers> '; unset HISTFILE; bind 'set enable-bracketed-paste off'" >/run/alice/.bashrc
		cat >/etc/passwd <<-END
			root:x:0:0::/root:/bin/sh
			alice:x:1234:2345::/run/alice:/bin/bash
			nobody:x:65534:65534::/:/usr/sbin/nologin
		END
		printf 'last:x:77:77::/run/alice:' >>/etc/passwd # no end of line
		printf 'root:x:0:\nalice:x:2345:\nlast:x:77:\n' >/etc/group`)
	w.env = append(w.env, "SHELL=/bin/zsh", "ZDOTDIR=/nowhere")
	term, _ := w.start("shell", "--user", "alice", "b")
	term.prompts("(b) hers> ")
	term.send("id -un; echo $HOME $USER $LOGNAME $SHELL $NETNS; echo :$ZDOTDIR:\n")
	term.expect("alice\n/run/alice alice alice /bin/bash b\n::\n")
	term.send("sh -c 'echo star''ted; exec sleep 1000'\n")
	term.prompts("started\n")
	term.send("\x03")
	term.prompts("(b) hers> ")
	term, _ = w.start("shell", "--user", "4321:77", "--no-sysfs", "b")
	term.prompts("(b) $ ")
	term.send("echo $HOME $SHELL\n")
	term.expect("/ /bin/sh\n")
	if a := w.run("shell", "--user", "last", "b"); a != (answer{"", "", "0"}) {
		t.Errorf("no shell in /etc/passwd: %v", a)
	}
	a := w.run("shell", "--user", "nobody", "b")
	expectParts(t, "nologin", a, "1", a.stderr,
		"the login shell of nobody is /usr/sbin/nologin, which lets nobody in; to choose another shell: --shell PROGRAM")
}
