package tests

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// face is one way in which `ip [OPTIONS] netns COMMAND` is said.
type face struct {
	name string
	// link is what the binary is called; empty for a real ip.
	link string
	// ip is the path of the real ip, where it is not the installed one.
	ip string
	// object says that the word netns is said, and that other objects exist.
	object bool
}

var (
	realFace = face{name: "real", object: true}
	faces    = []face{
		{name: "netnsctl", link: "netnsctl"},
		{name: "ip-netns", link: "ip-netns"},
		{name: "ip", link: "ip", object: true},
	}
)

// dir is the directory that holds the face's program under its name.
func (f face) dir() string { return filepath.Join(artefact, "face", f.name) }

// program is the path of what answers.
func (f face) program() string {
	if f.link == "" {
		return cmp.Or(f.ip, realIP)
	}
	return filepath.Join(f.dir(), f.link)
}

// valueOptions take the next word. Options are found as ip finds them: the
// first that begins with the word.
var (
	valueOptions = []string{"loops", "family", "batch", "rcvbuf", "netns"}
	allOptions   = strings.Fields(`loops family 4 6 0 M B human human-readable iec
		stats statistics details resolve oneline timestamp tshort Version force batch brief
		json pretty rcvbuf color help netns Numeric all echo`)
)

func takesValue(word string) bool {
	word = strings.TrimPrefix(strings.TrimPrefix(word, "-"), "-")
	for _, o := range allOptions {
		if strings.HasPrefix(o, word) {
			return slices.Contains(valueOptions, o)
		}
	}
	return false
}

// argv gives the face's words for those of an `ip` call: the object is left out
// where the face has none. It is not ok for another object.
func (f face) argv(words []string) (argv []string, ok bool) {
	if f.object {
		return words, true
	}
	i := 0
	for i < len(words) && strings.HasPrefix(words[i], "-") {
		i++
		if words[i-1] == "--" {
			break
		}
		if takesValue(words[i-1]) {
			i++
		}
	}
	switch {
	case i >= len(words):
		return words, true
	case words[i] == "net" || words[i] == "netn" || words[i] == "netns":
		options, rest := words[:i], words[i+1:]
		if len(rest) > 0 && strings.HasPrefix(rest[0], "-") && !slices.Contains(options, "--") {
			options = append(slices.Clone(options), "--") // a command, not an option
		}
		return slices.Concat(options, rest), true
	}
	return nil, false
}

// netnsctlWords are the places where netnsctl's messages name itself.
var netnsctlWords = strings.NewReplacer(
	`try "ip netns help"`, `try "netnsctl help"`,
	`try "ip help"`, `try "netnsctl help"`,
	`try "ip -help"`, `try "netnsctl -help"`,
	"\tip netns ", "\tnetnsctl ",
	"\tip [-all] netns ", "\tnetnsctl [-all] ",
)

// expects gives the words in which the face says what ip says on standard error.
func (f face) expects(stderr string) string {
	if f.name == "netnsctl" {
		return netnsctlWords.Replace(stderr)
	}
	return stderr
}

// objectInLine has the object and a word after it: a line that is nothing but the
// object keeps it.
var objectInLine = regexp.MustCompile(`^([ \t]*)net(?:ns?)?[ \t]+([^\s#\\]\S*)`)

// batch gives the face's text for a batch file of ip: netnsctl gets it without
// the object, which its lines may leave out.
func (f face) batch(text string) string {
	if f.name != "netnsctl" {
		return text
	}
	var out strings.Builder
	continued := false
	for line := range strings.Lines(text) {
		m := objectInLine.FindStringSubmatch(line)
		if m == nil || continued || strings.HasSuffix(m[2], "netns") { // would be taken for the object
			out.WriteString(line)
		} else {
			out.WriteString(m[1] + m[2] + line[len(m[0]):])
		}
		continued = strings.HasSuffix(line, "\\\n") && !strings.Contains(line, "#")
	}
	return out.String()
}

// env is what scripts of sh(1) need: $IP OPTIONS $OBJ COMMAND.
func (f face) env() []string {
	object := ""
	if f.object {
		object = "netns"
	}
	env := []string{"IP=" + f.program(), "OBJ=" + object, "PATH=" + f.path()}
	if f.ip != "" {
		env = append(env, "NETNSCTL_IP="+f.ip)
	}
	return env
}

func (f face) path() string {
	const system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	if f.link == "" {
		return filepath.Dir(f.program()) + string(os.PathListSeparator) + system
	}
	return f.dir() + string(os.PathListSeparator) + system
}
