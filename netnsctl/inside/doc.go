// Package inside reads what is in network namespaces: devices and where they lead,
// addresses, routes, listening sockets, kernel parameters.
//
// Reading changes nothing. When the devices of a namespace are listed from inside, the
// kernel assigns an nsid, there, to every namespace that a device leads to. Package
// inside therefore lists devices from a scratch namespace, in which it has assigned an
// nsid to each namespace that it reads: so it also knows where a link leads.
package inside
