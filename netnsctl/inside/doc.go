// Package inside reads what is in network namespaces: devices and where their
// far ends are, addresses, routes, listening sockets, kernel parameters.
//
// It changes nothing: to list the devices of a namespace has the kernel give an
// nsid, there, to every namespace that a device leads to. Devices are therefore
// listed from a network namespace made for that, in which all namespaces that
// are read have a number; so it is also known, not guessed, where a link leads.
package inside
