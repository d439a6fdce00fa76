package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shellStart is how a shell is started without anyone's settings.
var shellStart = map[string]struct{ argv, setup string }{
	"bash": {"bash --norc --noprofile -i", "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; bind 'set show-all-if-ambiguous on'"},
	"zsh":  {"zsh -f -i", "autoload -Uz compinit; compinit -u -D; unsetopt beep prompt_cr prompt_sp zle_bracketed_paste"},
	"fish": {"fish --no-config -i", "function fish_prompt; end; set -g fish_autosuggestion_enabled 0"},
}

// ctrlA goes to the beginning of the line, ctrlU forgets it.
const ctrlA, ctrlE, ctrlU = "\x01", "\x05", "\x15"

// completeIn starts a shell that has the script, in a stale world.
func completeIn(t *testing.T, shell, build, words string) (*terminal, *machine) {
	t.Helper()
	start := shellStart[shell]
	argv := strings.Fields(start.argv)
	path, err := exec.LookPath(argv[0])
	if err != nil {
		unable(t, err)
	}
	home := t.TempDir()
	w := newMachine(t)
	w.shell(build)
	cmd := exec.Command(path, argv[1:]...)
	cmd.Dir = home
	cmd.Env = append(w.env, "HOME="+home, "TERM=xterm", "PS1=", "PROMPT=", "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home)
	term := startTerminal(t, cmd)
	load := start.setup + `; eval "$(netnsctl completion ` + words + shell + `)"; echo rea''dy` + "\n"
	if shell == "fish" {
		load = start.setup + "; netnsctl completion " + words + "fish | source; echo rea''dy\n"
	}
	term.send(load)
	if !term.expect("ready\n") {
		t.FailNow()
	}
	return term, w
}

// becomes types a line with a TAB at its end, and looks at the words that come
// of it, as the shell itself takes them apart.
func (term *terminal) becomes(typed string, words ...string) {
	term.t.Helper()
	term.send(typed + "\t" + ctrlA + "printf '[%s]' " + ctrlE + "; echo\n")
	want := "[" + strings.Join(words, "][") + "]"
	if !term.expect(want) {
		term.t.Errorf("%q does not become %q", typed, words)
		term.send("\x03")
	}
}

// offers types a line and TABs, and looks for a text among what is shown.
func (term *terminal) offers(typed, text string) {
	term.t.Helper()
	term.send(typed + "\t\t")
	if !term.expect(text) {
		term.t.Errorf("%q does not offer %q", typed, text)
	}
	term.send(ctrlU + "echo don''e\n")
	term.expect("done\n")
}

const completionWorld = `netnsctl add red; netnsctl add "a b"; netnsctl add x:y; netnsctl add "$(printf 'evil\033[2J')"
	: >/run/netns/dead; mkdir /run/files; : >/run/files/record; setsid sleep 1000 >/dev/null 2>&1 &`

// TestCompletion has the real shells complete.
func TestCompletion(t *testing.T) {
	for shell := range shellStart {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			term, w := completeIn(t, shell, completionWorld, "")
			term.becomes("netnsctl ident", "netnsctl", "identify")
			term.becomes("netnsctl del r", "netnsctl", "del", "red")
			term.becomes("netnsctl exec a", "netnsctl", "exec", "a b")
			term.becomes("netnsctl -n 'a", "netnsctl", "-n", "a b")
			term.becomes("netnsctl delete x:", "netnsctl", "delete", "x:y")
			term.becomes("netnsctl list --st", "netnsctl", "list", "--stale")
			term.becomes("netnsctl list --stale --output NA", "netnsctl", "list", "--stale", "--output", "NAME")
			term.becomes("netnsctl delete --force-orphans de", "netnsctl", "delete", "--force-orphans", "dead")
			term.becomes("netnsctl check --against /run/files/r", "netnsctl", "check", "--against", "/run/files/record")
			term.becomes("netnsctl check --against=/run/files/r", "netnsctl", "check", "--against=/run/files/record")
			term.becomes("netnsctl exec red mkdirho", "netnsctl", "exec", "red", "mkdirho") // nothing fits
			term.becomes("netnsctl exec red sha256s", "netnsctl", "exec", "red", "sha256sum")
			term.becomes("ip-netns pids r", "ip-netns", "pids", "red")
			term.becomes("ip-netns met", "ip-netns", "metrics")
			term.becomes("netnsctl -pret", "netnsctl", "-pretty")
			term.offers("netnsctl identify ", "sleep")
			pid := strings.Fields(w.shell("pgrep -x sleep | tail -n 1"))[0]
			term.becomes("netnsctl identify "+pid, "netnsctl", "identify", pid)
			if strings.Contains(term.seen, "evil") {
				t.Error("a name that drives the terminal was offered")
			}
		})
	}
}

// TestCompletionIP: asked to, the script answers for `ip netns`, and leaves what
// else ip has to the completion that was there.
func TestCompletionIP(t *testing.T) {
	for shell, other := range map[string]string{
		"bash": `_mine() { COMPREPLY=(link); }; complete -F _mine ip`,
		"zsh":  `_ip() { compadd link }; compdef _ip ip`,
		"fish": `complete -c ip -f -n 'test (count (commandline -opc)) = 1' -a link`,
	} {
		for _, words := range []string{"", "--ip "} {
			t.Run(words+shell, func(t *testing.T) {
				t.Parallel()
				term, _ := completeIn(t, shell, completionWorld, "")
				term.send(other + "; echo othe''r\n")
				term.expect("other\n")
				load := `eval "$(netnsctl completion ` + words + shell + `)"; echo loa''ded` + "\n"
				if shell == "fish" {
					load = "netnsctl completion " + words + "fish | source; echo loa''ded\n"
				}
				term.send(load)
				term.expect("loaded\n")
				term.becomes("ip li", "ip", "link")
				if words != "" {
					term.becomes("ip netns del r", "ip", "netns", "del", "red")
					term.becomes("ip -n red net pids a", "ip", "-n", "red", "net", "pids", "a b")
				}
			})
		}
	}
}

// TestCompletionScripts: without a shell, or with the wrong one, nothing is
// printed; the scripts are those of the source.
func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		source, err := os.ReadFile(filepath.Join("..", "cmd", "netnsctl", "completion", "netnsctl."+shell))
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(manBinary(), "completion", shell).Output()
		if err != nil || string(out) != string(source) {
			t.Errorf("%s: %v: %s", shell, err, out)
		}
	}
	for _, words := range [][]string{{"completion"}, {"completion", "tcsh"}, {"completion", "bash", "zsh"}} {
		cmd := exec.Command(manBinary(), words...)
		if out, err := cmd.Output(); len(out) > 0 || err == nil || cmd.ProcessState.ExitCode() != 2 {
			t.Errorf("%v: %v: %s", words, err, out)
		}
	}
}
