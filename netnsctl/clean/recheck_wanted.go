package clean

import (
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// wantedNow is what the keep files say now.
type wantedNow struct {
	wanted discover.Wanted
	err    error
	until  time.Time
}

// notWanted makes sure that no line of a keep file wants the name or the namespace of a step now:
// the administrator may have written one since the plan was made.
func (r *rechecker) notWanted(step Step) error {
	now := &r.wanted
	if start := time.Now(); !start.Before(now.until) {
		now.wanted, now.err = r.snap.WantedNow()
		now.until = until(start)
	}
	if now.err != nil {
		return changed("a line may want it kept: " + now.err.Error())
	}
	line := ""
	if step.Name != nil {
		line = now.wanted.Name(step.Name)
	}
	if step.Namespace != nil && line == "" {
		line = now.wanted.Namespace(step.Namespace)
	}
	if line != "" {
		return changed("kept by " + line)
	}
	return nil
}
