package discover

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// runtimeState is what container runtimes have noted, with the namespaces that the paths
// in their records lead to: the zero ID where a path leads nowhere.
type runtimeState struct {
	container.State
	leadTo []netnsctl.ID // by record
	// leases are the namespaces that the paths of the leases lead to, by lease.
	leases []netnsctl.ID
	// records and of are the records, and the leases, by what leads from a namespace to them.
	records, of index
	// silent says that the records lie on a file system that does not answer.
	silent bool
}

// maxRecords bounds the time for the files of runtimes. They are root's, and may lie on a file
// system whose server does not answer.
const maxRecords = 2 * time.Second

func readRuntimes(host netnsctl.Host) runtimeState {
	s, answers := inTime(func() runtimeState { return readRecords(host) })
	s.silent = !answers
	return s
}

// inTime gives what f returns, and whether it did so within maxRecords. Else f may wait for ever,
// on a thread that the end of the process ends.
func inTime[T any](f func() T) (result T, answers bool) {
	done := make(chan T, 1)
	go func() { done <- f() }()
	timer := time.NewTimer(maxRecords)
	defer timer.Stop()
	select {
	case result = <-done:
		return result, true
	case <-timer.C:
		return result, false
	}
}

func readRecords(host netnsctl.Host) (s runtimeState) {
	s.State = container.Read(host.StateRoot, func(pid int) []string {
		return procfs.CommandLines(host.Helper, host.Proc(), pid)[pid]
	})
	at := func(path string) (id netnsctl.ID) {
		if strings.HasPrefix(path, "/") {
			id = fileAt(host, host.StateRoot+path)
		}
		return id
	}
	for i, r := range s.Records {
		s.leadTo = append(s.leadTo, at(r.Netns))
		s.records.add(i, s.leadTo[i], r.Netns, r.ID, "")
	}
	for i, l := range s.Leases {
		s.leases = append(s.leases, at(l.Netns))
		s.of.add(i, s.leases[i], l.Netns, l.Container, l.Address)
	}
	return s
}

// kept says which runtime has a way into a namespace, and may want it back: by its records, or
// because the namespace is mounted where the runtime has the network of all its containers.
// Anyone with their own mount namespace can fake the latter, and keeps so what he pins anyway.
func (s runtimeState) kept(namespaces []*Namespace) map[netnsctl.ID]string {
	kept := map[netnsctl.ID]string{}
	for _, ns := range namespaces {
		for _, p := range ns.Pins {
			if p.Kind != MountPin || ns.Verdict != Orphan {
				continue
			}
			if runtime := container.Owner(p.Mount.Path); runtime != "" {
				kept[ns.ID] = runtime + ", whose network it is"
			}
		}
	}
	for i, r := range s.Records {
		if id := s.leadTo[i]; id != (netnsctl.ID{}) && kept[id] == "" {
			kept[id] = keeper(r)
		}
	}
	return kept
}

func keeper(r container.Record) string {
	switch {
	case r.Name != "" && r.Pod != "":
		return r.Runtime + " for container " + r.Name + " of pod " + r.Pod
	case r.Pod != "":
		return r.Runtime + " for pod " + r.Pod
	case r.Name != "":
		return r.Runtime + " for container " + r.Name
	}
	return r.Runtime + " for container " + r.ID
}

// noteNames fills in [Name.Keeper].
func (s runtimeState) noteNames(names []*Name, host netnsctl.Host) {
	paths := s.Paths()
	for _, n := range names {
		if r, ok := paths.Find(n.Path(host)); ok && n.Verdict == Stale {
			n.Keeper = keeper(r)
		}
	}
}

// Keepers are the runtimes whose records refer to namespaces and to names.
type Keepers struct {
	namespaces map[netnsctl.ID]string
	paths      container.Paths
	state      runtimeState
	host       netnsctl.Host
	mentioned  container.Mentions
}

// KeepersNow reads the records of all runtimes again, and their databases for what they have of idle
// namespaces ([Keepers.Claim]). The error says that they cannot be read in time.
func (s *Snapshot) KeepersNow(idle ...*Namespace) (Keepers, error) {
	state := readRuntimes(s.Host)
	var words []string
	for _, ns := range idle {
		words = append(words, state.wordsOf(ns)...)
	}
	mentioned, answers := state.mentions(words)
	if !answers {
		return Keepers{}, errSilentRecords
	}
	state.Unread = slices.Concat(state.Unread, mentioned.Unread)
	return Keepers{state.kept(nil), state.Paths(), state, s.Host, mentioned}, nil
}

// errSilentRecords is the error of [Snapshot.KeepersNow].
var errSilentRecords = errors.New(GapRecords + " lie on a file system that does not answer")

// Of is who keeps a namespace, as [Namespace.Reason] says it; empty if nobody does.
func (k Keepers) Of(id netnsctl.ID) string { return k.namespaces[id] }

// OfFile is who has noted a path, as [Name.Keeper] says it; empty if nobody has.
func (k Keepers) OfFile(path string) string {
	if r, ok := k.paths.Find(path); ok {
		return keeper(r)
	}
	return ""
}

// noted fills in the owner from a record, unless the cgroup of a process has told that the
// container is another one: the cgroup is more certain.
func (o *Owner) noted(r container.Record) {
	if o.Container == "" {
		o.Container = r.ID
	}
	if o.Container == r.ID {
		o.Runtime, o.Name, o.PodName = r.Runtime, r.Name, r.Pod
	}
}

// mountedAt reports whether a mount of the namespace is a copy of one at the path. Anyone
// with their own mount namespace can fake this: use it for display, never for a decision.
func (ns *Namespace) mountedAt(path string) bool {
	return slices.ContainsFunc(ns.Pins, func(p Pin) bool {
		return p.Mount != nil && container.Copied(p.Mount.Path, path)
	})
}
