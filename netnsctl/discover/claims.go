package discover

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// markUnknown fills in [Namespace.NoRuntime], and what runtimes know in [Namespace.Evidence]. The
// namespaces must be noted. running gives the runtimes of which processes run, with one of these.
func (s runtimeState) markUnknown(namespaces []*Namespace, host netnsctl.Host, running func() map[string]int) {
	words := map[*Namespace][]string{}
	var all []string
	for _, ns := range namespaces {
		w, ok := s.candidate(ns)
		if ns.Verdict == Idle && len(ns.Names) > 0 && !s.silent {
			w, ok = s.wordsOf(ns), true
		}
		if ok {
			words[ns] = w
			all = append(all, w...)
		}
	}
	mentioned, answers := s.mentions(all)
	s.Unread = slices.Concat(s.Unread, mentioned.Unread)
	for _, ns := range namespaces {
		w, asked := words[ns]
		c := claim{database: mentioned.First(w), unread: s.unread(ns, answers)}
		if ns.Verdict == Idle {
			if c.keeper = s.keeperOf(ns, host); c.unread == "" {
				c.unread = s.untold(ns.Names, running)
			}
			exists := slices.ContainsFunc(ns.Leases, func(l container.Lease) bool { return s.exists(l.Container) })
			asked = asked && c.keeper == "" && c.unread == "" && !exists && (len(s.Asked) > 0 || slices.ContainsFunc(ns.Names, isGiven))
		}
		ns.NoRuntime = asked && answers && c.database == "" && len(mentioned.Unread) == 0
		if ns.Evidence != nil {
			s.weigh(ns, c)
		}
	}
}

// mentions are what databases have of some words, and whether these answer.
func (s runtimeState) mentions(words []string) (m container.Mentions, answers bool) {
	if len(words) == 0 || s.silent {
		return m, !s.silent
	}
	return inTime(func() container.Mentions { return s.Mentioned(words) })
}

// Claim says what runtimes and CNI have noted of an idle namespace that had no sign of life in the
// snapshot; empty if nothing.
func (k Keepers) Claim(ns *Namespace) string {
	if keeper := k.state.keeperOf(ns, k.host); keeper != "" {
		return "it is in the records of " + keeper
	}
	if word := k.mentioned.First(k.state.wordsOf(ns)); word != "" {
		return "the database of a runtime has " + word
	}
	for _, i := range k.state.of.near(ns) {
		l := k.state.Leases[i]
		if !slices.Contains(ns.Leases, l) || k.state.exists(l.Container) {
			return "its address " + l.Address + " is leased to container " + l.Container
		}
	}
	if text := k.state.configured(ns); text != "" {
		return text
	}
	return k.state.unread(ns, true)
}

// configured says that there are files for a name of a namespace in /etc/netns; empty if there are none.
func (s runtimeState) configured(ns *Namespace) string {
	for _, name := range ns.Names {
		if _, found := slices.BinarySearch(s.Configured, path.Base(name)); found {
			return "it has the configuration /etc/netns/" + path.Base(name)
		}
	}
	return ""
}

// claim is what runtimes know of an idle namespace.
type claim struct {
	keeper   string // who has a record of it, and for what container
	database string // the word that a database has
	unread   string // what could not be read
}

// weigh adds to the evidence of a namespace what runtimes and CNI know of it.
func (s runtimeState) weigh(ns *Namespace, c claim) {
	e := ns.Evidence
	if c.unread != "" {
		e.miss(RuntimeFact, c.unread)
	}
	switch {
	case ns.kept:
		e.live(RuntimeFact, ns.Reason)
	case c.keeper != "":
		e.live(RuntimeFact, "known to "+c.keeper)
	case c.database != "":
		e.live(RuntimeFact, "the database of a runtime has "+c.database)
	case c.unread != "":
	case len(s.Asked) == 0:
		e.dead(RuntimeFact, "no runtime knows it (none has records on this host)")
	default:
		e.dead(RuntimeFact, "no runtime knows it ("+strings.Join(s.Asked, ", ")+" asked)")
	}
	if text := s.configured(ns); text != "" {
		e.live(ConfigFact, text)
	}
	for _, l := range ns.Leases {
		text := "its address " + l.Address + " is leased to container " + l.Container[:min(12, len(l.Container))]
		switch {
		case s.exists(l.Container):
			e.live(LeaseFact, text+", which exists")
		case c.unread != "":
			e.miss(LeaseFact, text+", which may exist")
		default:
			e.dead(LeaseFact, text+", which does not exist")
		}
	}
}

// weighUnits adds to the evidence of namespaces which units of systemd use them.
func weighUnits(namespaces []*Namespace, host netnsctl.Host) {
	if !slices.ContainsFunc(namespaces, func(ns *Namespace) bool { return ns.Evidence != nil }) {
		return
	}
	type read struct {
		units  []container.Unit
		unread []string
	}
	r, answers := inTime(func() (r read) {
		r.units, r.unread = container.Units(host.StateRoot)
		return r
	})
	byName := map[string][]container.Unit{}
	for _, u := range r.units {
		byName[path.Base(u.Netns)] = append(byName[path.Base(u.Netns)], u)
	}
	for _, ns := range namespaces {
		switch {
		case ns.Evidence == nil:
			continue
		case !answers:
			ns.Evidence.miss(ConfigFact, "the unit files of systemd lie on a file system that does not answer")
		case len(r.unread) > 0:
			ns.Evidence.miss(ConfigFact, "could not be read: "+list(r.unread, ", ", " and "))
		}
		for _, name := range ns.Names {
			units := byName[path.Base(name)]
			uses := func(u container.Unit) bool { return container.Copied(PathOf(host, name), u.Netns) }
			if i := slices.IndexFunc(units, uses); i >= 0 {
				u := units[i]
				text := u.Name + " of systemd uses it"
				if u.File != "" {
					text += " (" + u.File + ")"
				}
				ns.Evidence.live(ConfigFact, text)
			}
		}
	}
}

// wordsOf are the words by which a database may have an idle namespace: its names that are of the
// form of a runtime, the containers of its leases, and the paths of all its names.
func (s runtimeState) wordsOf(ns *Namespace) (words []string) {
	for _, name := range ns.Names {
		if tells(func(r container.Runtime) bool { return r.Gives(path.Base(name)) }) {
			words = append(words, name)
		}
	}
	for _, l := range ns.Leases {
		words = append(words, l.Container)
	}
	for _, name := range ns.Names {
		words = append(words, container.PathWord(path.Base(name)))
	}
	return words
}

// keeperOf is who has noted an idle namespace, and for what container; empty if nobody has.
func (s runtimeState) keeperOf(ns *Namespace, host netnsctl.Host) string {
	for _, i := range s.records.near(ns) {
		r := s.Records[i]
		byName := func(name string) bool { return container.Copied(PathOf(host, name), r.Netns) }
		if s.leadTo[i] == ns.ID || ns.mountedAt(r.Netns) || slices.ContainsFunc(ns.Names, byName) {
			return keeper(r)
		}
	}
	return ""
}

// unread says what may have a namespace and could not be read; empty if all was. What an ordinary
// user's runtimes know cannot be told for certain.
func (s runtimeState) unread(ns *Namespace, answers bool) string {
	switch {
	case !answers:
		return GapRecords + " lie on a file system that does not answer"
	case len(s.Unread) > 0:
		return "could not be read: " + list(s.Unread, ", ", " and ")
	case ns.UID > 0:
		return "the runtimes of user " + procfs.UserName(ns.UID) + ", to whom it belongs, cannot be asked"
	}
	return ""
}

// untold says which runtime may want a namespace with these names and runs, though its files do not
// tell whether it does: none was found, as where they are at an unusual place, or they do not have all.
func (s runtimeState) untold(names []string, running func() map[string]int) string {
	for _, name := range names {
		var silent []string
		told := false // k3s runs a containerd, which has its files where those of k3s are
		for _, r := range container.Runtimes() {
			switch {
			case !r.Gives(name), slices.Contains(s.Asked, r.RecordsOf):
			case slices.Contains(s.Asked, r.Name) && !r.Partial:
				told = true
			default:
				silent = append(silent, r.Name)
			}
		}
		for _, runtime := range silent {
			if pid := running()[runtime]; pid != 0 && !told {
				return runtime + " runs (pid " + strconv.Itoa(pid) + "), and no file of it tells whether it wants " + name
			}
		}
	}
	return ""
}

// isGiven reports whether a name looks like one that a runtime gives.
func isGiven(name string) bool {
	return container.AnyRuntime(func(r container.Runtime) bool { return r.Gives(name) })
}
