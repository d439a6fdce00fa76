// Package monitor tells of names and network namespaces as they come and go.
//
// Names are told by inotify, at once. The kernel tells nobody of namespaces: no
// rtnetlink group has them (RTNLGRP_NSID tells of nsids only), the process
// connector tells of forks but not of unshare(2), setns(2) or descriptors, and
// fanotify (Linux 6.14) of mounts in one mount namespace. So the host is looked at
// again and again; what lives for less than the time between two looks is missed.
package monitor
