package helper

import "time"

// stopwatch measures how long one thing blocks, and counts that for the limits of the Helper.
type stopwatch struct {
	helper *Helper
	since  time.Time // of the last look
	// blocked is how long it has blocked, limit how long it may.
	blocked, limit time.Duration
}

func (h *Helper) newStopwatch() stopwatch {
	return stopwatch{helper: h, since: time.Now(), limit: h.limit()}
}

// look counts the time since the last look, which is more than a tick on a loaded machine, and
// reports whether to give up. blocks says that the time was spent waiting for something other
// than a processor, asked that it is for maxAsked, too.
func (s *stopwatch) look(blocks, asked bool) (giveUp bool) {
	more := time.Since(s.since)
	s.since = s.since.Add(more)
	s.helper.mu.Lock()
	defer s.helper.mu.Unlock()
	if blocks {
		s.blocked += more
		s.helper.blocked += more
	}
	if asked {
		s.helper.asked += more
	}
	return s.blocked >= s.limit || s.helper.blocked >= maxBlocked || asked && s.helper.asked >= maxAsked
}
