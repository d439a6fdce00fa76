package tests

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// part is the time in which a program ran and nobody else did.
type part struct{ begin, end facts }

// judgement is of one run of a disturbed command.
type judgement struct {
	words []string
	run   stoppedRun
	parts []part // one before each act, and one after the last
	own   bool   // a clean-up
}

// harm says what the command should not have done, and whether it acted on what it had seen
// before the act, without time to look again.
func (j judgement) harm() (why string, late bool) {
	switch {
	case j.run.status == "timeout":
		return "hangs", false
	case strings.Contains(j.run.stderr, "goroutine ") || strings.Contains(j.run.stderr, "panic"):
		return "crashes", false
	}
	for i, p := range j.parts {
		lost := p.begin.lost(p.end)
		for _, key := range slices.Sorted(maps.Keys(lost)) {
			if why := j.wrong(key, lost[key], p.begin); why != "" {
				return why, i > 0 && j.late(key, lost[key], i)
			}
		}
	}
	if j.own {
		return j.cleanUpSays(), false
	}
	return j.commandSays(), false
}

// lost and made are what the command has lost and made in all.
func (j judgement) lost() facts {
	lost := facts{}
	for _, p := range j.parts {
		maps.Copy(lost, p.begin.lost(p.end))
	}
	return lost
}

func (j judgement) made() facts {
	made := facts{}
	for _, p := range j.parts {
		maps.Copy(made, p.end.lost(p.begin))
	}
	return made
}

// late reports whether the command had, after the act, no time to look at what tells that a
// namespace is in use: at mounts, where only a name in another mount namespace does, else at
// processes. At names here, at devices and at records it has to look after the processes.
func (j judgement) late(key, value string, part int) bool {
	call, place, p := "umount2", "processes", j.parts[part]
	name := strings.TrimPrefix(strings.Fields(key)[2], "/run/netns/")
	if _, gone := p.begin.lost(p.end)["name 1 "+name]; gone {
		call = "unlinkat " + name // ends all mounts on the file
	}
	id := firstWord(value)
	if !p.begin.without(nameElsewhere).living()[id] {
		place = "mounts"
	}
	act := part // the one since which it lives
	for act > 1 && j.parts[act-1].begin.living()[id] {
		act--
	}
	looked, acted := j.run.removed[call]
	return acted && looked[place] < j.run.stoppedAt[act-1] && j.own
}

// target is the name that the command is about.
func (j judgement) target() string { return j.words[2] }

// wrong says why a fact should not have been lost.
func (j judgement) wrong(key, value string, before facts) string {
	words, living := strings.Fields(key), before.living()
	switch {
	case words[0] == "process":
		return fmt.Sprintf("process %s is not in %s any more", words[1], value)
	case words[0] == "record":
		return "the record is gone"
	case words[0] == "device" && living[words[1]]:
		return "a living namespace has lost a device: " + key
	case words[0] == "device":
		return ""
	case !j.own && (words[0] == "name" && words[2] == j.target() || words[2] == "/run/netns/"+j.target()):
		return ""
	case !j.own:
		return "lost: " + key + ": " + value
	case words[0] == "name" && value != "dead" && value != "dangling":
		return "a name is lost: " + key + ": " + value
	case words[0] == "name":
		return ""
	}
	// The mount that is the target goes although another name leads to the namespace.
	if slices.Contains(j.words, words[2]) {
		living = before.without(isName).living()
	}
	for id := range strings.FieldsSeq(value) {
		if living[id] {
			return "a living namespace has lost a mount: " + key + ": " + value
		}
	}
	return ""
}

var (
	saysRemoved  = regexp.MustCompile(`(?m)^removed (\S+) \(`)
	saysReleased = regexp.MustCompile(`(?m)^released (net:\[\d+\])`)
	saysPartly   = regexp.MustCompile(`(?m)^netnsctl: (net:\[\d+\]): .* of its mounts ended before\)$`)
)

// cleanUpSays compares what a clean-up says with what it did.
func (j judgement) cleanUpSays() string {
	said := map[string]bool{}
	for _, says := range []*regexp.Regexp{saysRemoved, saysReleased, saysPartly} {
		for _, m := range says.FindAllStringSubmatch(j.run.stdout+j.run.stderr, -1) {
			said[m[1]] = true
		}
	}
	done := map[string]bool{}
	for key, value := range j.lost() {
		switch words := strings.Fields(key); words[0] {
		case "name":
			done[words[2]] = true
		case "mount":
			for id := range strings.FieldsSeq(value) {
				done[id] = true
			}
		}
	}
	for what := range said {
		if !done[what] {
			return "says that it has removed " + what
		}
	}
	for key := range j.lost() {
		words := strings.Fields(key)
		if words[0] == "name" && !said[words[2]] {
			return "does not say that it has removed " + words[2]
		}
	}
	for what := range done {
		if strings.HasPrefix(what, "net:") && !said[what] && !j.withName(what) {
			return "does not say that it has released " + what
		}
	}
	return ""
}

// withName reports whether the mounts of a namespace that are gone were on a name that is said
// to be removed.
func (j judgement) withName(id string) bool {
	for key, value := range j.lost() {
		name, on := strings.CutPrefix(key, "mount ")
		if _, name, _ = strings.Cut(name, "/run/netns/"); on && name == "" && slices.Contains(strings.Fields(value), id) {
			return false
		}
	}
	return true
}

// commandSays compares the status of add, attach and delete with what was done.
func (j judgement) commandSays() string {
	key := "name 1 " + j.target()
	_, gone := j.lost()[key]
	made, there := j.made()[key]
	last := j.parts[len(j.parts)-1]
	now, stays := last.end[key]
	unlinked := slices.ContainsFunc(j.parts, func(p part) bool { return p.begin[key] != "" && p.end[key] == "" })
	_, visible := last.end["name 1 live"] // nothing covers the names
	ok := j.run.status == "0"
	switch verb := j.words[1]; {
	case verb == "delete" && ok && !gone:
		return "says that it has deleted " + j.target()
	case verb == "delete" && !ok && unlinked && visible:
		return "has deleted " + j.target() + ", and does not say so"
	case verb != "delete" && ok && (!there || !strings.HasPrefix(made, "net:")):
		return "says that it has made " + j.target()
	case verb != "delete" && !ok && there && stays && now == made:
		return "has made " + j.target() + ", and does not say so: " + made
	}
	for _, p := range j.parts {
		made, there := p.end.lost(p.begin)[key]
		if there && j.words[1] == "add" && p.begin.living()[firstWord(made)] {
			return j.target() + " is not new: " + made
		}
	}
	return ""
}
