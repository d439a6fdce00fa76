package clean

import "github.com/netnsctl/netnsctl/netnsctl/discover"

// unclaimed makes sure that there is still no sign of life in the namespace of an idle name that is
// no target: no process, no link to what stays, no record of a runtime, no configuration and no new lease,
// no socket that listens. All of that may come within milliseconds, as a runtime makes the name first and
// the container later.
//
// It does not look again for descriptors and mounts elsewhere, which keep the namespace without its name:
// to look for them takes as long as a scan. Nor does it read unit files again, or look which runtimes run:
// both change by hand only.
func (r *rechecker) unclaimed(ns *discover.Namespace) error {
	r.need(processPart | linkPart)
	if err := r.noneIn(ns.ID.Ino); err != nil {
		return err
	}
	if err := r.linked(ns.ID.Ino); err != nil {
		return err
	}
	if r.uses.keepersErr != nil {
		return changed("a runtime may keep it: " + r.uses.keepersErr.Error())
	}
	if claim := r.uses.keepers.Claim(ns); claim != "" {
		return changed(claim)
	}
	if text := ns.ListensNow(); text != "" {
		return changed(text)
	}
	return nil
}

// idleNamespaces are those whose names a plan removes although they are no targets.
func idleNamespaces(steps []Step) (idle []*discover.Namespace) {
	for _, step := range steps {
		if step.Name != nil && step.Namespace != nil && !step.named {
			idle = append(idle, step.Namespace)
		}
	}
	return idle
}
