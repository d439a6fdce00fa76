package inside

import (
	"encoding/json"
	"errors"
	"net"
	"net/netip"

	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// MAC is a hardware address.
type MAC net.HardwareAddr

// String is the address with colons.
func (m MAC) String() string { return net.HardwareAddr(m).String() }

// MarshalText is [MAC.String].
func (m MAC) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText is [net.ParseMAC].
func (m *MAC) UnmarshalText(text []byte) error {
	mac, err := net.ParseMAC(string(text))
	*m = MAC(mac)
	return err
}

// MarshalJSON encodes d, see package textjson. Link is left out.
func (d Device) MarshalJSON() ([]byte, error)     { return textjson.Marshal(d) }
func (d *Device) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, d) }

// MarshalJSON encodes a.
func (a Address) MarshalJSON() ([]byte, error)     { return textjson.Marshal(a) }
func (a *Address) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, a) }

// bound has the first members of a [Socket].
type bound struct {
	Protocol string     `json:"protocol"`
	Address  netip.Addr `json:"address"`
	Port     uint16     `json:"port"`
}

// MarshalJSON encodes s.
func (s Socket) MarshalJSON() ([]byte, error) {
	type rest Socket
	return textjson.Join(bound{s.Protocol, s.Local.Addr(), s.Local.Port()}, rest(s))
}

// UnmarshalJSON decodes s.
func (s *Socket) UnmarshalJSON(data []byte) error {
	var b bound
	err := errors.Join(json.Unmarshal(data, &b), textjson.Unmarshal(data, s))
	s.Protocol, s.Local = b.Protocol, netip.AddrPortFrom(b.Address, b.Port)
	return err
}
