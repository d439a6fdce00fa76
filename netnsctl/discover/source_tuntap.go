package discover

import "github.com/netnsctl/netnsctl/netnsctl/internal/helper"

// tunDevices sees tun and tap descriptors. Each holds the namespace in which it was opened. That
// to which its device was moved it only uses: the device is deleted with the namespace
// (default_device_exit_batch in the kernel's net/core/dev.c).
func tunDevices(v *vantage) (seen []sighting, gaps []Gap) {
	files := v.classFiles(tunFile)
	requests := make([]helper.Request, len(files))
	for i, f := range files {
		requests[i] = helper.Tun(f.descriptor())
	}
	for i, a := range v.helper.Ask(requests...) {
		p := files[i].pin(TunTap)
		if a.Err != nil {
			if !closedMeanwhile(a.Err) {
				gaps = append(gaps, unreadGap(GapDescriptors, p.PID, a.Err)...)
			}
			continue
		}
		v.copies = true
		state := a.Tun()
		p.Detail = state.Name
		if state.Opened != 0 {
			seen = append(seen, v.sighting(state.Opened, p))
		}
		if p.Uses = true; state.Device != 0 && state.Device != state.Opened {
			seen = append(seen, v.sighting(state.Device, p))
		}
	}
	v.markRefused(gaps)
	return seen, gaps
}
