// Package find finds network namespaces by what is in them: an address, a
// device, a listening socket, a process, a container.
package find
