// Package discover finds every network namespace of a host and everything that keeps it
// alive, and judges which names are stale and which namespaces orphaned. It only looks.
//
// A [Scan] reads processes, descriptors and mounts, collects the pins of every namespace, and
// gives each name and each namespace a [Verdict]. A scan may be incomplete: a [Gap] says what
// it could not look at, and a critical gap could hide a user of a namespace. A program that
// deletes something must therefore look at [Snapshot.Critical] first; package clean does.
//
// The package documentation of netnsctl defines the words.
package discover
