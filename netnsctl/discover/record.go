package discover

import (
	"os"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// Record is a list of the namespaces and stale names at one time, from which
// [Snapshot.Since] finds what is new later. It remains valid after the snapshot is closed.
type Record struct {
	// Boot is the kernel's boot id (random(4)): cookies and inode numbers begin
	// anew with each boot.
	Boot       string     `json:"boot"`
	Taken      time.Time  `json:"taken"`
	Namespaces []Recorded `json:"namespaces"`
	// Stale are the names that led to no namespace.
	Stale []string `json:"stale"`
	// Gaps are the critical gaps of the snapshot: what the record lacks may have been there.
	Gaps []Gap `json:"not_seen,omitempty"`
}

// Recorded is one namespace of a [Record].
type Recorded struct {
	netnsctl.Identity
	// NSID is for a namespace of which nothing else is known: the ID is zero.
	NSID  netnsctl.NSID
	Names []string
}

// Record returns the identities of the snapshot's namespaces. The snapshot must have been
// taken with [Options.Everything]: without it cookies are missing, and a later namespace with
// the same inode number counts as the same one. The error is that of reading the boot id.
func (s *Snapshot) Record() (Record, error) {
	boot, err := bootID(s.Host)
	if err != nil {
		return Record{}, err
	}
	r := Record{Boot: boot, Taken: s.Taken, Gaps: s.Critical()}
	for _, ns := range s.Namespaces {
		r.Namespaces = append(r.Namespaces, ns.recorded())
	}
	for _, n := range s.Names {
		if n.Verdict == Stale {
			r.Stale = append(r.Stale, n.Name)
		}
	}
	return r, nil
}

// Since returns the namespaces and stale names that an earlier record does not have, and that no
// keep file wants. The record must be of the same boot ([Record.SameBoot]). The namespaces of
// pid 1 and of the caller are never new.
func (s *Snapshot) Since(r Record) (namespaces []*Namespace, stale []*Name) {
	known, staleBefore := map[recordKey]Recorded{}, map[string]bool{}
	for _, one := range r.Namespaces {
		known[one.key()] = one
	}
	for _, name := range r.Stale {
		staleBefore[name] = true
	}
	for _, ns := range s.Namespaces {
		before, there := known[ns.recorded().key()]
		if ns.Verdict != Own && ns.WantedBy == "" && !(there && ns.is(before)) {
			namespaces = append(namespaces, ns)
		}
	}
	for _, n := range s.Names {
		if n.LeftOver() && !staleBefore[n.Name] {
			stale = append(stale, n)
		}
	}
	return namespaces, stale
}

func (ns *Namespace) recorded() Recorded { return Recorded{ns.Identity, ns.NSID, ns.Names} }

// recordKey is equal for records of one namespace, and for those of a later one with the same
// inode number.
type recordKey struct {
	id   netnsctl.ID
	nsid netnsctl.NSID // where the ID is not known
}

func (r Recorded) key() recordKey {
	if r.ID == (netnsctl.ID{}) {
		return recordKey{nsid: r.NSID}
	}
	return recordKey{id: r.ID}
}

// is reports whether a record is of the namespace. One of which only the nsid is known is
// compared by that.
func (ns *Namespace) is(r Recorded) bool {
	if ns.ID == (netnsctl.ID{}) {
		return r.ID == (netnsctl.ID{}) && ns.NSID == r.NSID
	}
	same, _ := ns.Same(r.Identity)
	return same
}

// SameBoot reports whether a record was made since the host was started. The error is that of
// reading the boot id from procfs.
func (r Record) SameBoot(host netnsctl.Host) (bool, error) {
	boot, err := bootID(host)
	return boot == r.Boot, err
}

func bootID(host netnsctl.Host) (string, error) {
	file := host.Proc() + "/sys/kernel/random/boot_id"
	text, err := os.ReadFile(file)
	return strings.TrimSpace(string(text)), netnsctl.NewOpError(netnsctl.OpReadProc, "", file, err)
}
