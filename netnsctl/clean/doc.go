// Package clean removes stale names and releases orphaned namespaces: first a
// [Plan], which is made of a snapshot alone and can be shown, then its
// application to exactly what was planned.
//
// The rules, each from damage that a real tool did:
//
//  1. Nothing is known by a pid or an inode number alone. Every entry's identity
//     is compared again immediately before it is touched, under the lock on the
//     run directory.
//  2. Empty is not stale: an idle name goes only where it is named explicitly.
//  3. What is younger than a grace is only reported.
//  4. Where something could not be seen nothing counts as unused.
//  5. What lies in a runtime's own directory is left to the runtime.
//  6. Pid 1's namespace and our own are never touched.
//  7. A namespace that holds a physical device is left alone.
//  8. Only what was planned is touched; what is spared is listed with the reason.
//  9. First unmount, then unlink; only what is directly in the run directory, no
//     file with content and no full directory. No process is ever ended.
//  10. What is mounted on a file, or on another mount there, goes with it in every
//     mount namespace (detach_mounts), and with an unmount in the peers and slaves of
//     the mount below (propagate_umount): where that is anything else, both stay.
package clean
