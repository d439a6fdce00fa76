// Package discover finds every network namespace of a host and everything that keeps it
// alive, and judges which names are stale and which namespaces orphaned. It only looks.
//
// A [Scan] reads the host once ([vantage]: processes, descriptors, mount namespaces), asks
// every source in the table [sources] for what it sees, and has the sightings judged
// ([judge], which makes no system call). A source is one file, source_NAME.go. No source
// is complete; what it could not look at is a [Blind] spot.
//
// The words are those of package netnsctl.
package discover
