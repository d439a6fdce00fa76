package main

import (
	"errors"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// identify prints the name of the namespace of a process or, with --all, all names of
// a namespace.
func (u *ui) identify(call compat.Call, c *cli.Context) error {
	word := c.Args().First()
	if onlyFlag(c, "") && isDigits(word) && !leaderEnded(call.Host, word) {
		return identifyPID(call, word)
	}
	snap, err := discover.Scan(call.Host, discover.Options{})
	if err != nil {
		return err
	}
	defer snap.Close()
	switch {
	case word == "":
		word = snap.Own.String()
	case isDigits(word):
		word = "pid:" + word
	}
	ns, err := namespaceIn(snap, word, "identify")
	if err != nil {
		return err
	}
	elsewhere := mountsElsewhere(call.Host, ns)
	switch {
	case c.Bool("json") || call.JSON:
		u.printJSON(identityJSON(ns, elsewhere), call.Pretty)
	case len(ns.Names) > 0:
		u.print(rowOf(ns, snap.Taken).quiet())
	default:
		u.print(ns.String() + "\n")
		for _, p := range elsewhere {
			u.print("  " + escape(namedBy(p)) + "\n")
		}
		u.gaps(snap.Gaps, c.Bool("verbose"))
	}
	return statusIf(len(ns.Names) == 0, statusFound)
}

// identifyPID runs iproute2's command for a process, or without a PID for our own.
func identifyPID(call compat.Call, pid string) error {
	if pid == "" {
		return plain(call, nil)
	}
	if _, err := call.Host.IDOfPID(pid); errors.Is(err, syscall.ENOENT) {
		if _, err := call.Host.Identity("pid:" + pid); isForbidden(err) {
			return uninspected("pid:"+pid, err)
		}
		return errors.New("no process " + pid)
	}
	return plain(call, []string{pid})
}

// leaderEnded reports whether the leader of a process has ended, which is all that iproute2 looks
// at, and another thread of it runs. Procfs knows no pid with a zero before it.
func leaderEnded(host netnsctl.Host, pid string) bool {
	_, err := host.IDOfPID(pid)
	return errors.Is(err, syscall.ENOENT) && !strings.HasPrefix(pid, "0") && host.Resolves("pid:"+pid)
}

// mountsElsewhere are the mounts of a namespace that give it no name here.
func mountsElsewhere(host netnsctl.Host, ns *discover.Namespace) []discover.Pin {
	var pins []discover.Pin
	for _, p := range ns.Pins {
		if p.Kind != discover.MountPin || p.Mount.Host && p.Mount.Name != "" && !p.Mount.Covered {
			continue
		}
		if p.Mount.Through != 0 && !p.Mount.Host {
			p.Command = discover.Describe(host, p.Mount.Through).Command
		}
		pins = append(pins, p)
	}
	return pins
}

// namedBy is a mount with the name that it gives the namespace elsewhere and with its
// runtime.
func namedBy(p discover.Pin) string {
	text := p.String()
	if p.Mount.Usable {
		text = "named " + p.Mount.Name + ": " + text
	}
	if runtime := p.Mount.Foreign(); runtime != "" {
		text += ", of " + runtime
	}
	return text
}

type jsonIdentity struct {
	ID        string       `json:"id"`
	Ino       uint64       `json:"ino"`
	Dev       uint64       `json:"dev"`
	Names     []string     `json:"names"`
	Elsewhere []jsonNaming `json:"elsewhere"`
}

// jsonNaming is encoded with the members of the mount.
type jsonNaming struct {
	Name    string `json:"name,omitempty"` // where its mount namespace has it as one
	Command string `json:"command,omitempty"`
	Runtime string `json:"runtime,omitempty"`
	mount   *discover.Mount
}

func (n jsonNaming) MarshalJSON() ([]byte, error) {
	type rest jsonNaming
	return textjson.Join(rest(n), n.mount)
}

func identityJSON(ns *discover.Namespace, elsewhere []discover.Pin) jsonIdentity {
	j := jsonIdentity{ID: ns.String(), Ino: ns.ID.Ino, Dev: ns.ID.Dev, Names: ns.Names}
	for _, p := range elsewhere {
		one := jsonNaming{Command: p.Command, Runtime: p.Mount.Foreign(), mount: p.Mount}
		if p.Mount.Usable {
			one.Name = p.Mount.Name
		}
		j.Elsewhere = append(j.Elsewhere, one)
	}
	return j
}
