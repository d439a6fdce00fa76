package main

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

const addressesHelp = "its addresses, without loopback and link-local ones; ? where they cannot be read"

// readAddresses reads the addresses in namespaces that their snapshot holds open, once
// in each; nil stands for no namespace.
func readAddresses(namespaces []*discover.Namespace) map[*discover.Namespace]string {
	found := map[*discover.Namespace]string{nil: ""}
	var all []*discover.Namespace
	var fds []int
	for _, ns := range namespaces {
		if _, known := found[ns]; !known {
			found[ns] = ""
			all, fds = append(all, ns), append(fds, ns.Descriptor())
		}
	}
	for i, contents := range inside.Read(fds, inside.Wanted{Addresses: true}) {
		if fds[i] < 0 || contents.Err != nil {
			found[all[i]] = "?"
			continue
		}
		found[all[i]] = tellingAddresses(contents.Addresses)
	}
	return found
}

// tellingAddresses leaves out those that every namespace has.
func tellingAddresses(all []inside.Address) string {
	var words []string
	for _, a := range all {
		if addr := a.Prefix.Addr(); !addr.IsLoopback() && !addr.IsLinkLocalUnicast() {
			words = append(words, a.Prefix.String())
		}
	}
	return strings.Join(words, ",")
}

// bareAddresses are without the length of their prefix.
func bareAddresses(addresses string) []string {
	words := strings.Split(addresses, ",")
	for i, word := range words {
		words[i], _, _ = strings.Cut(word, "/")
	}
	return words
}

// addAddresses fills in the addresses of rows: cell gives a row's namespace, and where
// its addresses go.
func addAddresses[T any](rows []T, cell func(*T) (*discover.Namespace, *string)) {
	all := make([]*discover.Namespace, len(rows))
	for i := range rows {
		all[i], _ = cell(&rows[i])
	}
	found := readAddresses(all)
	for i := range rows {
		ns, addresses := cell(&rows[i])
		*addresses = found[ns]
	}
}
