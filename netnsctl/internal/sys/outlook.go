package sys

// DialOutside opens n strict sockets in a new network namespace that ends with
// the last of them. The numbers that the kernel gives to namespaces while others
// are looked at from there end with it, too.
func DialOutside(n int) (all []*RTNL, err error) {
	OnThrowAwayThread(func() {
		if err = NewNet(); err != nil {
			return
		}
		for range n {
			var c *RTNL
			if c, err = DialRTNL(true); err != nil {
				break
			}
			all = append(all, c)
		}
	})
	if err != nil {
		for _, c := range all {
			c.Close()
		}
		return nil, err
	}
	return all, nil
}
