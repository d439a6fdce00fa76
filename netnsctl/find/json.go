package find

import "github.com/netnsctl/netnsctl/netnsctl/textjson"

// MarshalJSON encodes m, see package textjson.
func (m Match) MarshalJSON() ([]byte, error)     { return textjson.Marshal(m) }
func (m *Match) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, m) }

// MarshalJSON encodes m.
func (m Missing) MarshalJSON() ([]byte, error)     { return textjson.Marshal(m) }
func (m *Missing) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, m) }

// MarshalJSON encodes d.
func (d DeviceName) MarshalJSON() ([]byte, error)     { return textjson.Marshal(d) }
func (d *DeviceName) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, d) }
