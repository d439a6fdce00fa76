package clean

import (
	"slices"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// DefaultMinAge is the minimum age of rule 3: longer than a container takes to start.
const DefaultMinAge = 10 * time.Minute

// Request says what to clean up.
type Request struct {
	// Targets are names, IDs ("net:[4026532177]" or the bare inode number) and paths, which have a
	// slash: of a name, of a mount, or of a directory with mounts in it. A path is one in our own
	// mount namespace, where symbolic links of root and of the caller are followed; it stands for a
	// mount with the copies on the same file in other mount namespaces that are nobody's name. The
	// text of [discover.Mount.Where] is a path in another mount namespace, of a mount or of a
	// directory with mounts in it. A directory names the mounts that lie directly in it; those farther
	// below it only selects, to be considered as without targets. The path of one of
	// [discover.Snapshot.DeadFiles], or of its directory, stands for that.
	//
	// Without targets the plan has all stale names, and the orphans whose mounts only
	// `ip netns` or a copy of its run directory can have left. Other orphans, such as those
	// mounted elsewhere in the mount namespace of pid 1, are in [Plan.Skipped] until they are
	// targets.
	Targets []string
	// Idle adds to a request without targets the idle names with no evidence of life: no process, no
	// runtime, no socket, no link to what is in use ([discover.Evidence]). The snapshot must have been
	// taken with [discover.Options.Evidence]. The others are in [Plan.Skipped]. What only a runtime
	// keeps, without a name, stays.
	Idle bool
	// Match and Exclude are globs of [path.Match], to which an asterisk does not match a slash.
	// Where there are any, Match keeps in the plan only what one of them matches; Exclude takes out
	// what one of its globs matches. What is left out so is not in [Plan.Skipped]. Both narrow the
	// targets, too.
	//
	// A glob that begins with a slash is compared with the path of a name or, for a namespace without
	// a name, with those of its mounts in any mount namespace, and also with the directories above
	// them: "/run/docker" stands for all that is mounted below. For Match, no mount counts that is
	// covered, or that an ordinary user has made of what is not his; for Exclude, any mount counts,
	// that of a namespace with a name as well. Any other glob has no slash, and is compared with a
	// name and with the text of an ID: "cni-*", or "net:[4026532177]", whose brackets count as they are.
	Match, Exclude []string
	// MinAge is the age of rule 3: a younger name or namespace is skipped, unless it is zero.
	// The command has [DefaultMinAge].
	MinAge time.Duration
	// Shown, if not nil, is an earlier plan for the same request, which a person has agreed to, and
	// whose snapshot is still open. The plan then has nothing but its steps: as steps, or in
	// [Plan.Skipped] where they must not be done any more.
	Shown *Plan
}

// Plan is what will be done and what not.
type Plan struct {
	Steps   []Step
	Skipped []Skipped
	// Missing are targets that stand for nothing.
	Missing []string
	// IdleNames is how many names of idle namespaces a request without targets would consider with
	// Idle.
	IdleNames int
	// Witness tracks what [Plan.Apply] releases, if it is not nil.
	Witness *netnsctl.Witness
}

// Action is what a step does.
type Action string

// The actions.
const (
	// Remove takes a name away, and the layers of mounts on it.
	Remove Action = "remove"
	// Release ends mounts of a namespace without a name.
	Release Action = "release"
)

// Step is one entry of a plan.
type Step struct {
	Action Action `json:"action"`
	// Name is for Remove.
	Name *discover.Name `json:"name,omitempty"`
	// Namespace is the orphan, or the idle namespace whose name is removed; nil
	// for a stale name.
	Namespace *discover.Namespace `json:"namespace,omitempty"`
	// AlsoDeleted are the devices in other namespaces that the kernel deletes with the namespace,
	// if nothing is known that keeps it after the step.
	AlsoDeleted []discover.FarEnd `json:"also_deleted,omitempty"`
	// Uncovers are paths that lead to other namespaces then. A name whose path is one stays.
	Uncovers []Uncovered `json:"uncovers,omitempty"`
	// Mounts are those that the step ends.
	Mounts []discover.Mount `json:"mounts,omitempty"`
	// Left are the pins that an ordinary user still has on the namespace when the mounts are
	// gone. Only a target has some.
	Left []discover.Pin `json:"left,omitempty"`
	// copies are the mounts on the file of a dead name that are left over and end with it.
	copies []mountns.FileMount
	// named says that the name or the namespace is a target, why is what speaks against life in an
	// idle namespace that is none.
	named bool
	why   string
	// tidy has the places of Mounts that were named, or lie directly in a directory that was:
	// their files may go, too.
	tidy map[place]bool
}

// Reason is the reason for the step, for people: why the name is stale, or why the namespace is
// unused.
func (s Step) Reason() string {
	switch {
	case s.why != "":
		return s.why
	case s.Namespace != nil:
		return s.Namespace.Reason
	case s.Name != nil:
		return s.Name.Reason()
	}
	return ""
}

// Skipped is a name or a namespace that is stale, an orphan or a target, and that the plan
// leaves alone.
type Skipped struct {
	// Name is nil for a namespace without a name, Namespace is nil for a stale name.
	Name      *discover.Name      `json:"name,omitempty"`
	Namespace *discover.Namespace `json:"namespace,omitempty"`
	// Why is the reason, for people, and Kind what kind of reason that is.
	Why  string `json:"why"`
	Kind Kind   `json:"kind,omitempty"`
	// Owner is the program in whose directory it is mounted, for the kind [Owned].
	Owner string `json:"owner,omitempty"`
	// WantedBy is the line of a keep file that wants it, where that is the reason.
	WantedBy string `json:"wanted_by,omitempty"`
	// Holder is the process that Why tells of, nil if it tells of none.
	Holder *Holder `json:"holder,omitempty"`
	// Gap is what the scan could not look at, where that is the reason.
	Gap *discover.Gap `json:"gap,omitempty"`
	// Cover is where the mount is that covers what Why tells of, if it can be unmounted.
	Cover string `json:"cover,omitempty"`
	// Unmount is where the mount is that keeps the file of the name, where that is the reason: the
	// name can go after that was unmounted.
	Unmount string `json:"unmount,omitempty"`
	// Other is the ID of another namespace without a process that is mounted on the file of the
	// name, where that is the reason: the name can go after that was released.
	Other string `json:"other,omitempty"`
	// IfNamed says that the plan would have the name or the namespace if it were a target.
	IfNamed bool `json:"if_named,omitempty"`
}

// Kind is the kind of the reason for which something is skipped, in a few words.
type Kind string

// The kinds.
const (
	Young     Kind = "young"           // younger than the minimum age
	Held      Kind = "held"            // by a process, which is not in the namespace
	InUse     Kind = "in use"          // a process is in the namespace
	Wired     Kind = "wired"           // it carries traffic for others
	Kept      Kind = "kept"            // the administrator or a runtime wants it
	Owned     Kind = "owned"           // mounted in the directory of a runtime
	OtherDir  Kind = "other directory" // not in the run directory
	Named     Kind = "named"           // it has a name, here or in another mount namespace
	Mounted   Kind = "mounted"         // something that would end with it, or that nobody may end
	Covered   Kind = "covered"         // by another mount
	Hardware  Kind = "hardware"        // a physical device is inside
	NotNetns  Kind = "not a netns"     // something else, such as a directory, and nothing that `ip netns` leaves over
	Protected Kind = "protected"       // the kernel would refuse to remove it
	Unknown   Kind = "unknown"         // not enough could be inspected
)

// Holder is a process that keeps a name or a namespace.
type Holder struct {
	PID     int    `json:"pid"`
	Command string `json:"command,omitempty"`
	// UID is the user who answers for the process, and User his name; 0 and empty if that is
	// root or not known.
	UID  int64  `json:"uid,omitempty"`
	User string `json:"user,omitempty"`
}

// GapError is the error of [Make] if the scan could not see enough for a clean-up
// ([discover.Gap.Vantage]). Gaps are the critical gaps of the snapshot.
type GapError struct{ Gaps []discover.Gap }

func (e *GapError) Error() string {
	var words []string
	for _, b := range e.Gaps {
		words = append(words, b.String())
	}
	return "nothing can be called unused, not seen: " + strings.Join(words, "; ")
}

// planner makes one plan.
type planner struct {
	targets
	snap *discover.Snapshot
	req  Request
	plan *Plan
	// hidden are the gaps that may hide what pins a namespace without a process.
	hidden []discover.Gap
	byIno  map[uint64]*discover.Namespace
	// covered are namespaces by the name that would lead to them if no mount covered it.
	covered map[string]coveredName
}

// coveredName is a namespace with a mount that a name would lead to.
type coveredName struct {
	ns    *discover.Namespace
	mount *discover.Mount
}

// Make makes the plan for a request. It looks at nothing but the snapshot, which must have
// been taken with [discover.Options.Files], and the symbolic links in the paths of targets. The only errors are a [GapError] and a [PatternError].
func Make(snap *discover.Snapshot, req Request) (*Plan, error) {
	if err := req.patterns(); err != nil {
		return nil, err
	}
	critical := snap.Critical()
	if slices.ContainsFunc(critical, func(g discover.Gap) bool { return g.Vantage }) {
		return nil, &GapError{critical}
	}
	p := &planner{
		targets: newTargets(snap, req.Targets), snap: snap, req: req, plan: &Plan{}, hidden: critical,
		byIno: map[uint64]*discover.Namespace{}, covered: map[string]coveredName{},
	}
	for _, ns := range snap.Namespaces {
		if ns.ID.Ino != 0 { // else only its nsid is known
			p.byIno[ns.ID.Ino] = ns
		}
		for _, pin := range ns.Pins {
			if m := pin.Mount; m != nil && m.Host && m.Covered && p.covered[m.Name].ns == nil {
				p.covered[m.Name] = coveredName{ns, m}
			}
		}
	}
	for _, n := range snap.Names {
		p.name(n)
	}
	for _, n := range snap.DeadFiles {
		p.deadFile(n)
	}
	for _, ns := range snap.Namespaces {
		p.namespace(ns)
	}
	p.narrow()
	p.keepLinked()
	p.alsoDeleted()
	p.plan.Missing = p.missing()
	return p.plan, nil
}
