package main

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// afterFailure says why a name could not be deleted, and what has been done all
// the same. before is what was mounted on it, if mounted.
func (u *ui) afterFailure(host netnsctl.Host, name string, before netnsctl.Layer, mounted bool) {
	if u.sayObstacle(host) {
		return
	}
	if mounted && u.afterBusy(host, name, before) {
		return
	}
	if now, still := host.TopLayer(name); mounted && still && now.ID == before.ID && now.Mount != before.Mount {
		u.note("%s still leads to %s; it is mounted there more than once, and each %s removes one mount",
			quote(name), layerText(host, name, now), shellCommand("netnsctl delete", name))
	} else if path := busyAt(host, name); !mounted && path != "" {
		u.note("the file of %s is busy: something is mounted on it at %s; unmount that first", quote(name), path)
	}
}

// sayObstacle says why no name at all can be deleted, if that is so.
func (u *ui) sayObstacle(host netnsctl.Host) bool {
	obstacle := host.Obstacle()
	if obstacle != netnsctl.NoObstacle {
		u.note("%s", obstacle)
	}
	return obstacle != netnsctl.NoObstacle
}

// afterBusy says what an attempt has changed that failed with EBUSY: iproute2 has
// unmounted the top layer by then.
func (u *ui) afterBusy(host netnsctl.Host, name string, before netnsctl.Layer) bool {
	again := shellCommand("netnsctl delete", name)
	now, still := host.TopLayer(name)
	if still && now.ID != before.ID {
		below := layerText(host, name, now)
		u.note("unmounted %s from %s; an older namespace lies below, and %s now leads to it: %s; to delete that too: %s",
			before.ID, quote(name), quote(name), below, again)
		return true
	}
	if path := busyAt(host, name); !still && path != "" {
		u.note("%s is unmounted from %s, but the file is busy: something is mounted on it at %s; unmount that first, then repeat: %s",
			before.ID, quote(name), path, again)
		return true
	}
	return false
}

// layerText is the ID of a layer. Which type a namespace has that a path does not
// lead to any more cannot be asked.
func layerText(host netnsctl.Host, name string, layer netnsctl.Layer) string {
	thing, err := discover.At(host.NamePath(name))
	if err == nil && thing.ID == layer.ID && thing.Type != "net" {
		return thing.Type + strings.TrimPrefix(layer.ID.String(), "net")
	}
	return layer.ID.String()
}

// busyAt is another path where something is mounted on a name's file, in our own
// mount namespace; empty if there is none.
func busyAt(host netnsctl.Host, name string) string {
	if !host.IsName(name) {
		return ""
	}
	snap, err := discover.Scan(host, discover.Options{Files: true})
	if err != nil {
		return ""
	}
	defer snap.Close()
	for _, n := range snap.Names {
		if n.Name != name {
			continue
		}
		for _, m := range snap.OnFile.On[n.On] {
			if m.Namespace == snap.OwnMounts && m.Path != host.NamePath(name) {
				return m.Path
			}
		}
	}
	return ""
}
