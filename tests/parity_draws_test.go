package tests

import (
	"slices"
	"strings"
)

// parityOptions are the options before the command that have an effect, each also with a
// value that it does not take, and some that ip does not have.
var parityOptions = [][]string{
	{"-4"},
	{"-h"},
	{"-V"},
	{"-force"},
	{"-j"},
	{"-p"},
	{"-c"},
	{"-c=x"},
	{"-help"},
	{"-a"},
	{"-echo"},
	{"-l", "x"},
	{"-f", "x"},
	{"-f", "help"},
	{"-rc", "x"},
	{"-n", "a"},
	{"-n", "missing"},
	{"-n", "dead"},
	{"-n", ""},
	{"-n", "a/b"},
	{"-b", "batch"},
	{"-b", "missing"},
	{"-x"},
	{"--"},
	{"-D"},
	{""},
}

// paritySilentOptions are those that netns ignores, and other spellings.
var paritySilentOptions = [][]string{
	{"-6"},
	{"-0"},
	{"-M"},
	{"-B"},
	{"-human-readable"},
	{"-iec"},
	{"-s"},
	{"-statistics"},
	{"-d"},
	{"-r"},
	{"-o"},
	{"-t"},
	{"-ts"},
	{"-br"},
	{"--json"},
	{"-c=never"},
	{"-N"},
	{"-l", "1"},
	{"-f", "inet6"},
	{"-rc", "1048576"},
	{"-ec"},
	{"-"},
	{"---"},
	{"-json=1"},
	{"--all"},
	{"-I"},
}

// parityCommands are the commands with their arguments, good and bad.
var parityCommands = []string{
	"", "list", "ls", "l", "s", "show", "lst", "list x", "list --", "list -j", "list a/b",
	"list-id", "list- nsid 5", "list-id nsid 99", "list-id nsid", "list-id nsid x", "list-id nsid -1", "list-id nsid -1 y",
	"list-id target-nsid 5", "list-id target-nsid 5 nsid 5", "list-id target-nsid 99", "list-id nsid 5 nsid 5", "list-id x",
	"help", "h", "help x", "add", "add new", "add a", "add dead", "add new more", "add -x", "add .", "add ..", "add a/b", "add /a", "add ''",
	"attach", "attach new", "attach new {PID}", "attach a {PID}", "attach new 0", "attach new -1", "attach new 0x1", "attach new x", "attach new 99999", "attach a/b 1",
	"set", "set a", "set a 7", "set a auto", "set b auto", "set a 5", "set b 5", "set a x", "set a -1", "set a -0", "set a 010", "set a 0x10", "set a +3", "set a 0b11", "set a 1_0",
	"set a 2147483647", "set a 2147483648", "set missing 7", "set missing x", "set {PID} auto", "set dead 7", "set dangling 7", "set file 7", "set uts 7", "set a/b 7",
	"delete", "del a", "d b", "delete missing", "delete dead", "delete dangling", "delete file", "delete dir", "delete a x", "delete a/b", "delete ..",
	"identify", "identify {PID}", "identify 99999", "identify x", "identify -1", "identify 1 2", "id", "i",
	"pids", "pids a", "pids b", "pids missing", "pids dead", "pids dangling", "pids uts", "pids a x", "pids a/b", "p a",
	"exec", "exec a", "exec a true", "exec a false", "exec a sh -c 'exit 3'", "exec a sh -c 'kill -TERM $$'", "exec a nosuch", "exec a /etc", "exec a echo -j x",
	"exec missing true", "exec dead true", "exec dangling true", "exec file true", "exec uts true", "exec dir true", "exec a/b true", "exec -- true", "exec a -- true", "e a true",
	"monitor a/b", "foo", "foo a/b", "LIST", "-j list", "-- list", "x",
}

// parityBatch is the file of the option -batch.
var parityBatch = []string{
	"netns list\n", "# comment\n", "netns add new\n", "netns exec a false\n", "netns set a 7\n", "netns list-id\n",
	"netns del missing\n", "netns foo\n", "netns list\n",
}

// parityWorld has an entry of every kind.
var parityWorld = world{dir: "shared", entries: []thing{
	{name: "a", kind: "netns", nsid: 5, proc: true, etc: "hosts"},
	{name: "b", kind: "netns", nsid: -1},
	{name: "alias", kind: "alias", of: "a", nsid: -1},
	{name: "dead", kind: "dead", nsid: -1},
	{name: "dangling", kind: "dangling", nsid: -1},
	{name: "file", kind: "file", nsid: -1},
	{name: "dir", kind: "dir", nsid: -1},
	{name: "uts", kind: "uts", nsid: -1},
}}

// parityDraws are: each command in each kind of run directory and with each option that
// has an effect; each pair of options with list, those with an effect with other
// commands, too.
func parityDraws() (draws []draw) {
	add := func(w world, options []string, command string) {
		d := draw{world: w, argv: slices.Concat(options, []string{"netns"}, splitWords(command))}
		if slices.Contains(options, "batch") {
			d.batch = parityBatch
		}
		draws = append(draws, d)
	}
	kinds := slices.Compact(slices.Sorted(slices.Values(runDirs)))
	for _, command := range parityCommands {
		for _, kind := range kinds {
			w := parityWorld
			if w.dir = kind; slices.Contains([]string{"missing", "file", "dangling"}, kind) {
				w.entries = nil
			}
			add(w, nil, command)
			add(w, []string{"-a"}, command)
		}
		for _, option := range parityOptions {
			add(parityWorld, option, command)
		}
	}
	small := world{dir: "shared", entries: []thing{{name: "a", kind: "netns", nsid: 5}, {name: "dead", kind: "dead", nsid: -1}}}
	all := slices.Concat(parityOptions, paritySilentOptions)
	for _, first := range all {
		for _, second := range all {
			add(small, slices.Concat(first, second), "list")
		}
		for _, last := range []string{"-l", "-f", "-rc", "-n", "-b"} { // its value is missing
			add(small, slices.Concat(first, []string{last}), "")
			last := &draws[len(draws)-1]
			last.argv = last.argv[:len(last.argv)-1] // the object
		}
	}
	for _, first := range parityOptions {
		for _, second := range parityOptions {
			for _, command := range []string{"list-id", "exec a true", "delete a", "set a x", "add new"} {
				add(small, slices.Concat(first, second), command)
			}
		}
	}
	return draws
}

// splitWords splits at blanks outside of quotes.
func splitWords(text string) (words []string) {
	for i, part := range strings.Split(text, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}
