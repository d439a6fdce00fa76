// Package clean removes stale names and releases orphaned namespaces. [Make] makes a [Plan]
// from a snapshot and touches nothing, so that a program can show the plan first; [Plan.Apply]
// then does exactly that.
//
// The rules, each from damage that a real tool did:
//
//  1. A pid or an inode number alone identifies nothing. Every identity is compared again
//     immediately before something is touched, under the lock on the run directory. Mounts,
//     processes, wiring, names and the records of runtimes are looked at again before it, the
//     records last: their window is a few milliseconds, as no runtime takes a lock for them.
//  2. Empty is not stale: an idle name is removed only if it is a target or, with [Request.Idle],
//     if nothing speaks for life in its namespace ([discover.Evidence]). What carries traffic for
//     others without a process ([discover.Wired]) is released only if it is a target.
//  3. What is younger than a minimum age is only reported.
//  4. If a scan has a critical gap, nothing counts as unused, and there is no plan.
//  5. What lies in the directory of a runtime is left to the runtime.
//  6. Pid 1's namespace and our own are never touched.
//  7. A namespace that holds a physical device is left alone.
//  8. Only what was planned is touched. What is skipped is listed with the reason.
//  9. Mounts are ended before files are removed. Only entries directly in the run
//     directory are removed: no file with content unless it is named, no full directory.
//     No process is ever ended.
//  10. What is mounted on a file, or on another mount there, ends with the file in every
//     mount namespace (detach_mounts), and with an unmount in the peers and slaves of the
//     mount below (propagate_umount). Where that is anything else, both stay.
package clean
