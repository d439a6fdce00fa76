// Package sys is the only place that talks to the kernel beyond what the
// standard library offers: system calls, nsfs, rtnetlink. It returns bare
// errnos and knows nothing of names or commands.
package sys
