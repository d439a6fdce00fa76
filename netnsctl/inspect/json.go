package inspect

import (
	"encoding/json"
	"errors"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// Document is what inspect prints as JSON.
type Document struct {
	Reports []*Report      `json:"namespaces"`
	Gaps    []discover.Gap `json:"not_seen"`
}

// MarshalJSON encodes r: the members of the namespace, then the rest. See package
// textjson.
func (r Report) MarshalJSON() ([]byte, error) {
	type rest Report
	return textjson.Join(r.Namespace, rest(r))
}

// UnmarshalJSON decodes r.
func (r *Report) UnmarshalJSON(data []byte) error {
	return errors.Join(json.Unmarshal(data, &r.Namespace), textjson.Unmarshal(data, r))
}

// deviceEnd has the last members of a [Device].
type deviceEnd struct {
	End       *End             `json:"link,omitempty"`
	VLAN      int              `json:"vlan,omitempty"`
	VXLAN     *inside.VXLAN    `json:"vxlan,omitempty"`
	Addresses []inside.Address `json:"addresses"`
}

// MarshalJSON encodes d.
func (d Device) MarshalJSON() ([]byte, error) {
	last := deviceEnd{d.End, d.VLAN, d.VXLAN, d.Addresses}
	d.VLAN, d.VXLAN = 0, nil
	return textjson.Join(d.Device, last)
}

// UnmarshalJSON decodes d.
func (d *Device) UnmarshalJSON(data []byte) error {
	var last deviceEnd
	err := errors.Join(json.Unmarshal(data, &d.Device), json.Unmarshal(data, &last))
	d.End, d.Addresses = last.End, last.Addresses
	return err
}

// MarshalJSON encodes e, without Same.
func (e End) MarshalJSON() ([]byte, error)     { return textjson.Marshal(e) }
func (e *End) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, e) }

// MarshalJSON encodes s: the members of the socket, then its holders.
func (s Socket) MarshalJSON() ([]byte, error) {
	return textjson.Join(s.Socket, struct {
		Holders []discover.Pin `json:"holders"`
	}{s.Holders})
}

// UnmarshalJSON decodes s.
func (s *Socket) UnmarshalJSON(data []byte) error {
	return errors.Join(json.Unmarshal(data, &s.Socket), textjson.Unmarshal(data, s))
}

// MarshalJSON encodes o.
func (o Overlay) MarshalJSON() ([]byte, error)     { return textjson.Marshal(o) }
func (o *Overlay) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, o) }

// MarshalJSON encodes d.
func (d Difference) MarshalJSON() ([]byte, error)     { return textjson.Marshal(d) }
func (d *Difference) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, d) }
