// Package nofile keeps the Go runtime from opening files at its start. Since Go
// 1.25 it reads the cgroups' limit of processors, whatever GOMAXPROCS says: nine
// system calls, a twentieth of what a short call takes. So the process begins with
// a limit of descriptors that allows the standard ones only.
//
// The package imports nothing, so that it is initialized before package syscall
// (sorted by import path, says the language), which takes down the limit for
// children.
package nofile
