package tests

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// lookingTool is a column of the README's table. Its command runs after x has lost its name.
type lookingTool struct {
	name, command string
	// sees is the cell of a row; nil means that the output has to have the inode number.
	sees func(a answer, k pinKind, ino, pid string) string
}

// lookingTools are those that are installed; without others only netnsctl.
func lookingTools(others bool) (tools []lookingTool) {
	if others {
		for _, tool := range []lookingTool{
			{name: "ip netns list", command: realIP + " netns list"},
			{name: "lsns", command: "lsns -t net"},
			{name: "lsfd", command: "lsfd"},
			{name: "lsof", command: "lsof -n -P"},
			{name: "readlink, mountinfo", command: "readlink /proc/[0-9]*/ns/net /proc/[0-9]*/fd/*; grep -h nsfs /proc/[0-9]*/mountinfo"},
		} {
			if _, err := exec.LookPath(strings.Fields(tool.command)[0]); err == nil {
				tool.name += toolVersion(tool.name)
				tools = append(tools, tool)
			}
		}
	}
	return append(tools, lookingTool{name: "netnsctl list", command: "netnsctl -j list --all-namespaces", sees: seenByList})
}

// toolVersion is the version of a program of util-linux or of lsof.
func toolVersion(name string) string {
	out, _ := exec.Command(name, "--version").CombinedOutput()
	if name == "lsof" {
		out, _ = exec.Command(name, "-v").CombinedOutput()
	}
	if version := regexp.MustCompile(`\d+\.[\d.]*\d`).Find(out); version != nil && !strings.Contains(name, " ") {
		return " " + string(version)
	}
	return ""
}

const (
	notSeen   = "–"
	seen      = "yes"
	seenNoID  = "yes, without its ID"
	seenBy    = "its process"
	seenAlive = "not what holds it"
)

// whatIsSeen is JSON of list and inspect.
type whatIsSeen struct {
	Namespaces []struct {
		ID   string
		Pins []struct {
			Kind  string
			PID   int
			Mount *struct{ Path string }
		}
	}
	Gaps []struct {
		What string
		PID  int
	} `json:"not_seen"`
}

// holds reports whether a namespace with the ID has the pin.
func (l whatIsSeen) holds(id string, k pinKind, pid string) (there, held bool) {
	for _, ns := range l.Namespaces {
		if ns.ID != id {
			continue
		}
		there = true
		for _, p := range ns.Pins {
			named := p.Mount != nil && p.Mount.Path == "/run/netns/x"
			if p.Kind == k.kind && !named && (k.noPID || strconv.Itoa(p.PID) == pid) {
				held = true
			}
		}
	}
	return there, held
}

// tells reports whether a gap names the process.
func (l whatIsSeen) tells(pid string) bool {
	for _, g := range l.Gaps {
		if strconv.Itoa(g.PID) == pid {
			return true
		}
	}
	return false
}

func seenByList(a answer, k pinKind, ino, pid string) string {
	var l whatIsSeen
	if err := json.Unmarshal([]byte(a.stdout), &l); err != nil {
		return err.Error()
	}
	there, held := l.holds("net:["+ino+"]", k, pid)
	_, without := l.holds("net:[?]", k, pid)
	switch {
	case held:
		return seen
	case without:
		return seenNoID
	case l.tells(pid):
		return seenBy
	case there:
		return seenAlive
	}
	return notSeen
}

// seenByInspect is for x while it has its name.
func seenByInspect(a answer, k pinKind, ino, pid string) string {
	if cell := seenByList(a, k, ino, pid); cell != seenAlive {
		return cell
	}
	return notSeen
}
