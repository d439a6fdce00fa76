package inside

// Wanted says what to read.
type Wanted struct {
	Devices, Addresses, Routes, Sockets bool
	// Sysctls are kernel parameters, as paths such as "net/ipv4/ip_forward".
	Sysctls []string
}

// Contents is what was read of one namespace.
type Contents struct {
	Devices   []Device
	Addresses []Address
	Routes    []Route
	Sockets   []Socket
	// Sysctls has those of the parameters that the namespace has.
	Sysctls map[string]string
	// Err says what could not be read: [netnsctl.OpError]s, joined.
	Err error
}

// Device finds a device by its index, nil if there is none.
func (c *Contents) Device(index int) *Device {
	for i := range c.Devices {
		if c.Devices[i].Index == index {
			return &c.Devices[i]
		}
	}
	return nil
}
