// Package wiring tells how network namespaces are joined: by pairs of virtual
// devices, by devices that use one in another namespace, by tunnels.
//
// [Build] makes the graph of what packages discover and inside have read; it
// looks at nothing itself.
package wiring
