package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// explainFailure says why a name could not be deleted, and what the attempt has changed. before
// is the layer that was on top of the name, zero if there was none.
func (u *ui) explainFailure(host netnsctl.Host, name string, err error, before netnsctl.Layer) {
	if !u.printObstacle(host) && errors.Is(err, syscall.EBUSY) {
		u.explainBusy(host, name, before)
	}
}

// printObstacle says why no name at all can be deleted, and reports whether it is so.
func (u *ui) printObstacle(host netnsctl.Host) bool {
	obstacle := host.Obstacle()
	if obstacle != netnsctl.NoObstacle {
		u.note("%s", obstacle)
	}
	return obstacle != netnsctl.NoObstacle
}

// explainBusy says what an attempt that failed with EBUSY has changed: it has unmounted the top
// layer before it failed, as iproute2 does. It names the command that deletes the rest.
func (u *ui) explainBusy(host netnsctl.Host, name string, before netnsctl.Layer) {
	snap, err := discover.Scan(host, discover.Options{Everything: true, Files: true})
	if err != nil {
		return
	}
	defer snap.Close()
	n := nameIn(snap, name)
	if n == nil {
		return
	}
	fact := ""
	now, _ := host.TopLayer(name)
	switch unmounted := now != before; {
	case n.Mounted && unmounted && n.Top == before.ID:
		fact = quote(name) + " still leads to " + layerText(host, n) + ", which is mounted there more than once"
	case n.Mounted && unmounted && n.Top == netnsctl.ID{}:
		fact = fmt.Sprintf("unmounted %s from %s; something that is not a namespace lies below", before.ID, quote(name))
	case n.Mounted && unmounted:
		fact = fmt.Sprintf("unmounted %s from %s; an older namespace lies below, and %s now leads to it: %s",
			before.ID, quote(name), quote(name), layerText(host, n))
	case unmounted:
		fact = before.ID.String() + " is unmounted from " + quote(name) + ", but the file is busy"
	}
	why := string(n.Obstacle)
	if why == "" && !n.Mounted {
		why = busyText(n)
	}
	if why != "" {
		fact = cmp.Or(fact, "the file of "+quote(name)+" is busy") + ": " + why
	}
	if fact != "" {
		u.note("%s", explanation{fact, toDelete(snap, n)})
	}
}

// toDelete is the command that deletes a name whose file was busy, or the one that has to come
// first; it is empty if there is none.
func toDelete(snap *discover.Snapshot, n *discover.Name) string {
	plan, err := clean.Make(snap, clean.Request{Targets: []string{n.Name}})
	_, busy := n.Busy()
	switch {
	case err != nil, n.Obstacle != netnsctl.NoObstacle:
		return ""
	case len(n.Layers) == 1 && !busy && n.Top != netnsctl.ID{}:
		return "to delete that too: " + deleteCommand(snap.Host, n.Name)
	case len(plan.Steps) > 0 && len(plan.Steps[0].Uncovers) == 0:
		return "to delete that too: " + shellCommand(forceOrphans(snap.Host), n.Name)
	case len(n.Layers) > 1 && !busy:
		return fmt.Sprintf("each %s removes one of %d mounts", deleteCommand(snap.Host, n.Name), len(n.Layers))
	case len(plan.Skipped) > 0:
		return skippedRemedy(plan.Skipped[0], forceOrphans(snap.Host))
	}
	return ""
}

// busyText says what keeps the file of a name when the mounts to which its path leads are gone.
func busyText(n *discover.Name) string {
	if l, busy := n.Busy(); busy {
		return l.String()
	}
	return ""
}

// layerText is the ID of the topmost layer on a name. The type of the namespace is known only
// where the path of the name leads to it.
func layerText(host netnsctl.Host, n *discover.Name) string {
	thing, err := discover.At(host, n.Path(host))
	if err == nil && thing.ID == n.Top && thing.Type != "net" {
		return thing.Type + strings.TrimPrefix(n.Top.String(), "net")
	}
	return n.Top.String()
}
