package discover

import "slices"

// processes sees what processes and threads are in.
func processes(v *vantage) (seen []sighting, gaps []Gap) {
	for _, t := range v.threads {
		p := Pin{Kind: Process, PID: t.pid, TID: t.tid, FD: -1}
		if t.tid != 0 && !t.leads {
			p.Kind = Thread
		}
		seen = append(seen, v.sighting(t.net, p))
	}
	return seen, slices.Concat(v.unreadable(GapProcesses, v.refused), v.unreadable(GapDescriptors, v.refusedFDs), v.spending.gaps())
}

// silentGaps are the gaps of the processes that have not answered, in this scan or shortly before
// it, but for those that have a gap already.
func (v *vantage) silentGaps(others []Gap) (gaps []Gap) {
	var told []int
	for _, g := range others {
		if g.Critical {
			told = append(told, g.PID)
		}
	}
	for _, pid := range v.helper.SilentProcesses() {
		if !slices.Contains(told, pid) && v.fs.Has(pid) {
			gaps = append(gaps, Gap{What: GapProcesses, Count: 1, Critical: true, PID: pid})
		}
	}
	return gaps
}

// unreadable are the gaps of processes that have not ended.
func (v *vantage) unreadable(what string, pids []int) (gaps []Gap) {
	for _, pid := range pids {
		if !v.fs.Ends(pid) {
			gaps = append(gaps, Gap{What: what, Count: 1, Critical: true, PID: pid})
		}
	}
	return gaps
}
