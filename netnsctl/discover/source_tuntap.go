package discover

import "github.com/netnsctl/netnsctl/netnsctl/internal/helper"

// tunDevices sees tun and tap descriptors. Each holds the namespace in which it was
// opened, and that of its device where the device was moved.
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
		state := a.Tun()
		p.Detail = state.Name
		if state.Opened != 0 {
			seen = append(seen, v.sighting(state.Opened, p))
		}
		if state.Device != 0 && state.Device != state.Opened {
			seen = append(seen, v.sighting(state.Device, p))
		}
	}
	return seen, gaps
}
