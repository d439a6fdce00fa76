package find

import (
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// match is the JSON of a [Match]. The namespace is null if only a device leads to
// it.
type match struct {
	What      string          `json:"what"`
	Kind      Kind            `json:"kind"`
	Namespace *discover.Brief `json:"namespace"`
	Device    device          `json:"device,omitzero"`
	Text      string          `json:"match"`
}

type device struct {
	Index int    `json:"index"`
	Name  string `json:"name,omitempty"`
}

// UnmarshalJSON decodes d.
func (d *device) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, d) }

// MarshalJSON encodes m, see package textjson. Of the namespace it has what a
// [discover.Brief] has.
func (m Match) MarshalJSON() ([]byte, error) {
	ns := (*discover.Brief)(m.Namespace)
	return textjson.Marshal(match{m.What, m.Kind, ns, device{m.Index, m.Device}, m.Text})
}

// UnmarshalJSON decodes m.
func (m *Match) UnmarshalJSON(data []byte) error {
	var j match
	err := textjson.Unmarshal(data, &j)
	*m = Match{j.What, j.Kind, (*discover.Namespace)(j.Namespace), j.Device.Name, j.Device.Index, j.Text}
	return err
}

// MarshalJSON encodes m.
func (m Missing) MarshalJSON() ([]byte, error) { return textjson.Marshal(m) }

// UnmarshalJSON decodes m.
func (m *Missing) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, m) }
