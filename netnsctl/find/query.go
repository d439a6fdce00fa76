// Package find finds network namespaces by their contents: an address, a device, a
// listening socket, a process, a container.
package find

import (
	"fmt"
	"net"
	"net/netip"
	"path"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// Query is a parsed search word. [Parse] makes it; the zero Query is not valid.
type Query struct {
	// Word is the text of the query.
	Word string
	// steps are tried in order until one has a match: a number is first a name, then
	// a pid.
	steps [][]term
	// address is the address of the query, if the word is one.
	address netip.Addr
}

// term is one meaning of a word.
type term interface {
	// want sets the parts of all namespaces that match needs.
	want(w *inside.Wanted)
	match(v *view, found func(Match))
}

// Parse reads a word, which is one of
//
//	10.2.1.15, 2001:db8::1     an address
//	10.2.0.0/16                all addresses in it
//	02:42:ac:11:00:02          the MAC address of a device
//	tcp:8080, udp:53, :443     a port that a socket listens on
//	pid:12                     a process or thread
//	net:[4026532177]           a namespace
//	peer:GLOB                  the far ends of devices
//	dev:GLOB                   devices
//	container:ID               a container or pod, by the beginning of its ID
//	name:GLOB                  namespaces by name
//	host, /run/ns, ./ns        the host's namespace, that of a path
//
// Any other number is a name or else a pid or else the inode number of a namespace.
// Any other word is a name or a device, given literally or as a glob pattern, or a
// container if the word can be the beginning of an ID. An unknown word before a colon is
// therefore no error. The error says for people why the word is not valid: an empty word, a
// bad address, port, pid or pattern.
func Parse(word string) (Query, error) {
	q := Query{Word: word}
	if kind, rest, found := strings.Cut(word, ":"); found {
		terms, known, err := parseKind(kind, rest)
		if err != nil {
			return q, fmt.Errorf("%q: %w", word, err)
		}
		if known {
			q.steps = [][]term{terms}
			return q, nil
		}
	}
	if addr, err := netip.ParseAddr(word); err == nil {
		t := addressTerm{addr: addr.Unmap().WithZone(""), device: addr.Zone()}
		q.address = t.addr
		q.steps = [][]term{{t}, {furtherTerm{t}}}
		return q, nil
	}
	if prefix, err := netip.ParsePrefix(word); err == nil {
		t := prefixTerm{prefix.Masked()}
		q.steps = [][]term{{t}, {furtherTerm{t}}}
		return q, nil
	}
	if looksLikeAddress(word) {
		return q, fmt.Errorf("%q is not a valid address", word)
	}
	if mac, err := net.ParseMAC(word); err == nil && strings.Contains(word, ":") {
		q.steps = [][]term{{macTerm{mac.String()}}}
		return q, nil
	}
	if ino, ok := netnsctl.ParseIno(word); ok {
		if strings.HasPrefix(word, "net:[") {
			q.steps = [][]term{{inodeTerm{ino}}}
			return q, nil
		}
		q.steps = append(q.steps, []term{nameTerm{word}}, []term{pidTerm{int(ino)}}, []term{inodeTerm{ino}})
	}
	words, err := plainWord(word)
	q.steps = append(q.steps, words)
	return q, err
}

// looksLikeAddress reports whether a word consists of four numbers, such as
// 10.0.0.300.
func looksLikeAddress(word string) bool {
	return strings.Count(word, ".") == 3 && strings.Trim(word, "0123456789./") == ""
}

// plainWord gives the meanings of a word without a kind.
func plainWord(word string) ([]term, error) {
	if word == "host" || strings.Contains(word, "/") {
		return []term{wordTerm{word}}, nil
	}
	if _, err := path.Match(word, ""); err != nil || word == "" {
		return nil, fmt.Errorf("invalid pattern %q", word)
	}
	terms := []term{nameTerm{word}, deviceTerm{word}}
	if len(word) >= minID && strings.Trim(word, "0123456789abcdef-") == "" {
		terms = append(terms, containerTerm{word})
	}
	return terms, nil
}

// minID is the least length of the beginning of a container's ID.
const minID = 6

// Kinds returns the words that may stand before a colon in a query.
func Kinds() []string {
	return []string{"tcp", "udp", "pid", "name", "dev", "peer", "container", "pod"}
}

func parseKind(kind, rest string) (terms []term, known bool, err error) {
	one := func(t term, err error) ([]term, bool, error) { return []term{t}, true, err }
	switch kind {
	case "tcp", "udp", "":
		if kind == "" && strings.Contains(rest, ":") {
			return nil, false, nil // ::1
		}
		port, err := strconv.ParseUint(rest, 10, 16)
		if err != nil || port == 0 {
			return one(nil, fmt.Errorf("invalid port %q", rest))
		}
		return one(socketTerm{kind, uint16(port)}, nil)
	case "pid":
		pid, err := strconv.ParseInt(rest, 10, 32)
		if err != nil || pid <= 0 {
			return one(nil, fmt.Errorf("invalid PID %q", rest))
		}
		return one(pidTerm{int(pid)}, nil)
	case "peer", "dev", "name":
		if _, err := path.Match(rest, ""); err != nil || rest == "" {
			return one(nil, fmt.Errorf("invalid pattern %q", rest))
		}
		switch kind {
		case "peer":
			return one(peerTerm{rest}, nil)
		case "name":
			return one(nameTerm{rest}, nil)
		}
		return one(deviceTerm{rest}, nil)
	case "container", "pod":
		if rest == "" || strings.Trim(rest, "0123456789abcdef-") != "" {
			return one(nil, fmt.Errorf("invalid ID %q", rest))
		}
		return one(containerTerm{rest}, nil)
	}
	return nil, false, nil
}
