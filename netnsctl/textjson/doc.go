// Package textjson encodes and decodes the JSON of netnsctl.
//
// The types of the other packages that netnsctl prints as JSON have tags, and the
// methods MarshalJSON and UnmarshalJSON, which call this package. [json.Marshal] and
// [json.Unmarshal] therefore work on them: a program that decodes what a command
// printed into these types, and encodes them again, gets the same document.
//
// These are the types of the documents:
//
//	netnsctl list --stale, --idle, --all-namespaces   discover.Snapshot
//	netnsctl inspect                                  inspect.Document
//	netnsctl find                                     find.Result
//	netnsctl graph                                    wiring.Document
//	netnsctl delete --force-orphans                   clean.Report
//	netnsctl monitor                                  monitor.Event, one on each line
//	netnsctl snapshot                                 discover.Record
//
// # Stability
//
// A key keeps its name, its type and its meaning. Further keys may be added, and further
// words as values of keys such as "kind" and "state": a program must ignore what it does
// not know. A key whose value is not known or empty may be left out.
package textjson
