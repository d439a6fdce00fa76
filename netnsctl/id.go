package netnsctl

import (
	"errors"
	"strconv"
	"strings"
)

// ID is the identity of a namespace: device and inode number of its nsfs file.
// IDs are compared with ==; the zero ID is no namespace. An inode number is
// reused soon after its namespace has gone, so an ID is only good while the
// namespace is held (see namespaces(7)).
type ID struct{ Dev, Ino uint64 }

// String is the kernel's text for a network namespace, "net:[4026531840]". It
// leaves out the device.
func (id ID) String() string { return "net:[" + strconv.FormatUint(id.Ino, 10) + "]" }

// MarshalText is [ID.String].
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what [ParseIno] reads. The device stays as it is.
func (id *ID) UnmarshalText(text []byte) error {
	ino, ok := ParseIno(string(text))
	if !ok {
		return errors.New("invalid ID " + strconv.Quote(string(text)))
	}
	id.Ino = ino
	return nil
}

// ParseIno reads "net:[4026531840]" or a bare inode number.
func ParseIno(s string) (ino uint64, ok bool) {
	if rest, found := strings.CutPrefix(s, "net:["); found {
		if s, found = strings.CutSuffix(rest, "]"); !found {
			return 0, false
		}
	}
	ino, err := strconv.ParseUint(s, 10, 64)
	return ino, err == nil && ino != 0
}
