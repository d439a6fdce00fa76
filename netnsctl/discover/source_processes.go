package discover

// processes sees what processes and threads are in.
func processes(v *vantage) (seen []sighting, gaps []Gap) {
	for _, t := range v.threads {
		p := Pin{Kind: Process, PID: t.pid, FD: -1}
		if t.tid != 0 {
			p.Kind, p.TID = Thread, t.tid
		}
		seen = append(seen, v.sighting(t.net, p))
	}
	unreadable := 0
	for _, pid := range v.refused {
		if !v.fs.Ends(pid) {
			unreadable++
		}
	}
	return seen, counted(Gap{What: GapProcesses, Count: unreadable, Critical: true})
}
