package discover

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// brief is the short form of a [Namespace].
type brief struct {
	ID      string   `json:"id"` // see [Namespace.String]
	Ino     uint64   `json:"ino"`
	Dev     uint64   `json:"dev"`
	Cookie  uint64   `json:"cookie,omitempty"`
	Names   []string `json:"names"`
	Verdict Verdict  `json:"state"`
}

// Brief returns the identity, the names and the verdict, see [textjson.Briefer].
func (ns *Namespace) Brief() any {
	return brief{ns.String(), ns.ID.Ino, ns.ID.Dev, ns.Cookie, ns.Names, ns.Verdict}
}

// MarshalJSON encodes ns: the members of its short form, then the rest.
func (ns Namespace) MarshalJSON() ([]byte, error) {
	type rest Namespace
	return textjson.Join(ns.Brief(), rest(ns))
}

// UnmarshalJSON decodes ns. The snapshot of a decoded namespace does not hold it open
// ([Namespace.Held]).
func (ns *Namespace) UnmarshalJSON(data []byte) error {
	var j brief
	if err := errors.Join(textjson.Unmarshal(data, &j), textjson.Unmarshal(data, ns)); err != nil {
		return err
	}
	ns.ID, ns.Cookie, ns.Names, ns.Verdict = netnsctl.ID{Dev: j.Dev, Ino: j.Ino}, j.Cookie, j.Names, j.Verdict
	if j.ID == unknownID {
		ns.NSID = -1
	} else if number, found := strings.CutPrefix(j.ID, "nsid:"); found {
		nsid, err := strconv.ParseInt(number, 10, 32)
		ns.NSID = netnsctl.NSID(nsid)
		return err
	}
	return nil
}

// MarshalJSON encodes Namespaces, Names, Gaps and Leases: what `netnsctl list --stale` and
// `list --all-namespaces` print.
func (s Snapshot) MarshalJSON() ([]byte, error) { return textjson.Marshal(s) }

// UnmarshalJSON decodes Namespaces, Names, Gaps and Leases. The other fields stay as they are, so a
// decoded snapshot is for reading only: package clean makes no sensible plan from it.
func (s *Snapshot) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, s) }

// MarshalJSON encodes n, without its identity.
func (n Name) MarshalJSON() ([]byte, error) {
	type rest Name
	last := struct {
		AgeSeconds *int64 `json:"age_seconds,omitempty"`
	}{n.AgeSeconds}
	n.AgeSeconds = nil
	return textjson.Join(rest(n), n.File, last)
}

// UnmarshalJSON decodes n.
func (n *Name) UnmarshalJSON(data []byte) error {
	return errors.Join(textjson.Unmarshal(data, n), textjson.Unmarshal(data, &n.File))
}

// MarshalJSON encodes p.
func (p Pin) MarshalJSON() ([]byte, error) { return textjson.Marshal(p) }

// UnmarshalJSON decodes p.
func (p *Pin) UnmarshalJSON(data []byte) error {
	p.FD = -1
	return textjson.Unmarshal(data, p)
}

// MarshalJSON encodes m.
func (m Mount) MarshalJSON() ([]byte, error)     { return textjson.Marshal(m) }
func (m *Mount) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, m) }

// MarshalJSON encodes g.
func (g Gap) MarshalJSON() ([]byte, error)     { return textjson.Marshal(g) }
func (g *Gap) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, g) }

// MarshalJSON encodes e.
func (e Evidence) MarshalJSON() ([]byte, error)     { return textjson.Marshal(e) }
func (e *Evidence) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, e) }

// MarshalJSON encodes f.
func (f Fact) MarshalJSON() ([]byte, error)     { return textjson.Marshal(f) }
func (f *Fact) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, f) }

// MarshalJSON encodes o.
func (o Owner) MarshalJSON() ([]byte, error)     { return textjson.Marshal(o) }
func (o *Owner) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, o) }

// MarshalJSON encodes r. It escapes HTML, as [json.Marshal] does.
func (r Record) MarshalJSON() ([]byte, error) {
	data, err := textjson.Marshal(r)
	var b bytes.Buffer
	json.HTMLEscape(&b, data)
	return b.Bytes(), err
}

// UnmarshalJSON decodes r.
func (r *Record) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, r) }

// recordedJSON is the JSON of a [Recorded]. It has an nsid only where the ID is zero.
type recordedJSON struct {
	ID     string         `json:"id"`
	Dev    uint64         `json:"dev,omitempty"`
	Ino    uint64         `json:"ino,omitempty"`
	NSID   *netnsctl.NSID `json:"nsid,omitempty"`
	Cookie uint64         `json:"cookie,omitempty"`
	Names  []string       `json:"names"`
}

// MarshalJSON encodes r.
func (r Recorded) MarshalJSON() ([]byte, error) {
	ns := Namespace{Identity: r.Identity, NSID: r.NSID}
	j := recordedJSON{ns.String(), r.ID.Dev, r.ID.Ino, nil, r.Cookie, r.Names}
	if r.ID == (netnsctl.ID{}) {
		j.NSID = &r.NSID
	}
	return textjson.Marshal(j)
}

// UnmarshalJSON decodes r.
func (r *Recorded) UnmarshalJSON(data []byte) error {
	var j recordedJSON
	err := textjson.Unmarshal(data, &j)
	r.ID, r.Cookie, r.Names = netnsctl.ID{Dev: j.Dev, Ino: j.Ino}, j.Cookie, j.Names
	if j.NSID != nil {
		r.NSID = *j.NSID
	}
	return err
}
