package compat

import (
	"context"

	"github.com/netnsctl/netnsctl/compat/proc"
)

// monitor prints names when they are added or deleted. It flushes each line, even
// into a pipe.
func (s *session) monitor([]string) error {
	proc.RestoreSignals()
	w, err := s.host.Watch()
	if err != nil {
		return s.fail("monitor", err)
	}
	defer w.Close()
	for {
		events, err := w.Next(context.Background())
		for _, e := range events {
			verb := "add "
			if e.Deleted {
				verb = "delete "
			}
			s.out.WriteString(verb + e.Name)
			s.out.endLine()
		}
		if err := s.out.flush(); err != nil {
			return err
		}
		if err != nil {
			return s.fail("monitor", err)
		}
	}
}
