package tests

import (
	"regexp"
	"slices"
	"strings"
)

// excluded tells of draws in which netnsctl is meant to differ from the
// installed ip: the agreed deviations, and what newer versions of ip do.
func excluded(d draw, f face, real outcome) bool {
	if d.mixed && !f.object {
		return true // other objects
	}
	if text := strings.Join(d.batch, ""); d.mixed && linkThenAddress.MatchString(text) {
		return true // what ip shows of an address depends on an earlier link line
	}
	if _, ok := f.argv(d.argv); !ok || real.status == "timeout" {
		return true
	}
	deleted := false
	for _, c := range d.calls() {
		deleted = deleted || d.batch != nil && c.is("delete") && slices.ContainsFunc(d.world.entries, func(e thing) bool { return e.nsid >= 0 })
		switch {
		case deleted && c.is("list-id"):
			return true // the kernel forgets the number of a deleted namespace when it gets to it
		case c.all && c.named() && len(c.args) > 0 && !validName(c.args[0]):
			return true // -all switches the check of names off
		case c.is("delete") && d.hasLink() && (c.all || len(c.args) > 0 && d.kind(c.args[0]) == "link"):
			return true // delete unmounts what a link leads to
		case f.name == "netnsctl" && (c.word == "" || c.is("list") || c.is("list-id")) && (d.world.dir == "file" || d.world.dir == "private" && d.user):
			return true // a run directory that cannot be read is an error
		case f.name == "netnsctl" && c.json && (c.word == "" || c.is("list")) && (d.world.dir == "missing" || d.world.dir == "dangling"):
			return true // an empty array, where ip prints nothing
		case c.is("delete") && c.all && len(c.args) > 0 && f.name == "netnsctl":
			return true // -all delete NAME refuses
		case c.is("delete") && f.name == "netnsctl" && !d.isPlain() &&
			slices.ContainsFunc(c.args, func(name string) bool { return d.kind(name) == "stacked" }):
			return true // as in ip, each delete takes one of the mounts away and then fails
		case c.is("exec") && (c.all || d.batch != nil) && ipVersion() < 6009 && notEntered.MatchString(real.stderr):
			return true // a child that cannot enter goes on as a second ip
		case c.is("set") && ipVersion() >= 6004 && len(c.args) > 0 && !d.opens(c.args[0]):
			return true // set tells no more that there is no such name
		case c.option != "" && ipVersion() < 6009:
			return true // an option without its value
		}
	}
	return false
}

// linkThenAddress are lines of which ip carries a setting of the first over to
// the second; in a batch with netns lines between them they are two processes'.
var linkThenAddress = regexp.MustCompile(`(?s)link show.*addr show`)

// notEntered is what ip says of a namespace that exec cannot enter.
var notEntered = regexp.MustCompile(`(?m)^(Cannot open|setting the) network namespace "|^unshare failed`)

// agreed takes out of an outcome what may differ: the name that list-id prints
// for a foreign number.
func agreed(d draw, o outcome) outcome {
	for _, c := range d.calls() {
		if c.is("list-id") && slices.Contains(c.args, "target-nsid") {
			o.stdout = listedName.ReplaceAllString(o.stdout, "")
		}
	}
	return o
}

var listedName = regexp.MustCompile(`\(iproute2 netns name: .*\)|,?\s*"name": ?"[^"]*"`)

// drawnCall is one command of a draw, as the grammar reads it.
type drawnCall struct {
	all    bool
	json   bool
	word   string
	args   []string
	option string // the last word, if it is an option that needs a value
}

var commandNames = []string{"list", "show", "lst", "list-id", "help", "add", "set", "delete", "identify", "pids", "exec", "monitor", "attach"}

// is reports whether the call's word is an abbreviation of the command.
func (c drawnCall) is(command string) bool {
	for _, name := range commandNames {
		if c.word != "" && strings.HasPrefix(name, c.word) {
			return name == command
		}
	}
	return false
}

func (c drawnCall) named() bool {
	return slices.ContainsFunc([]string{"add", "set", "delete", "pids", "attach"}, c.is)
}

func validName(name string) bool {
	return name != "" && name != "." && name != ".." && len(name) <= 255 && !strings.Contains(name, "/")
}

// calls reads the draw's command, or those of its batch.
func (d draw) calls() (calls []drawnCall) {
	var c drawnCall
	i := 0
	for ; i < len(d.argv) && strings.HasPrefix(d.argv[i], "-"); i++ {
		word := d.argv[i]
		if word == "--" {
			i++
			break
		}
		if name := strings.TrimPrefix(word[1:], "-"); len(name) > 0 && strings.HasPrefix("all", name) {
			c.all = true
		} else if name != "" && strings.HasPrefix("json", name) {
			c.json = true
		}
		if takesValue(word) {
			if i++; i == len(d.argv) {
				c.option = word
				return []drawnCall{c}
			}
		}
	}
	if d.batch == nil {
		if i+1 < len(d.argv) {
			c.word, c.args = d.argv[i+1], d.argv[i+2:]
		}
		return []drawnCall{c}
	}
	text := strings.ReplaceAll(strings.Join(d.batch, ""), "\\\n", "")
	for line := range strings.Lines(text) {
		// Near enough: a predicate may leave out too much, not too little.
		words := strings.Fields(strings.NewReplacer(`"with space"`, "with\u00a0space", `""`, "/", `"`, "").Replace(line))
		if len(words) > 1 {
			c.word, c.args = words[1], words[2:]
			calls = append(calls, c)
		}
	}
	return calls
}

func (d draw) kind(name string) string {
	for _, e := range d.world.entries {
		if e.name == name {
			return e.kind
		}
	}
	return ""
}

func (d draw) hasLink() bool {
	return slices.ContainsFunc(d.world.entries, func(e thing) bool { return e.kind == "link" })
}

// opens reports whether there is something under the name that can be opened.
func (d draw) opens(name string) bool {
	kind := d.kind(name)
	return kind != "" && kind != "dangling"
}

// isPlain reports whether the face netnsctl answers every call of the draw as ip
// does where ip succeeds: whether all of its words have an effect.
func (d draw) isPlain() bool {
	for _, c := range d.calls() {
		if c.option != "" || c.word != "" && !c.isPlain() {
			return false
		}
		if c.is("pids") && !slices.Contains([]string{"netns", "own", "alias", "link", "stacked"}, d.kind(c.args[0])) {
			return false // ip prints nothing for a name without a namespace
		}
	}
	// A word with a slash is a path for netnsctl, and one below the run directory for ip.
	for i, word := range d.argv {
		if strings.HasPrefix(word, "-n") && i+1 < len(d.argv) && strings.Contains(d.argv[i+1], "/") {
			return false
		}
	}
	return !slices.Contains(d.argv, "-h")
}

func (c drawnCall) isPlain() bool {
	for _, word := range c.args[:min(2, len(c.args))] {
		if strings.HasPrefix(word, "-") {
			return false
		}
	}
	n := len(c.args)
	switch {
	case c.is("list"), c.is("monitor"):
		return n == 0
	case c.is("list-id"):
		return true
	case c.is("add"), c.is("pids"):
		return n == 1
	case c.is("delete"):
		return n == 1 && !c.all || n == 0 && c.all
	case c.is("identify"):
		return n <= 1
	case c.is("set"), c.is("attach"):
		return n == 2
	case c.is("exec"):
		return n > 1 || n > 0 && c.all
	}
	return false
}
