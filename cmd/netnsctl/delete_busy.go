package main

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// afterFailure says why a name could not be deleted, and what has been done all
// the same. before is what was mounted on it, if mounted.
func (u *ui) afterFailure(host netnsctl.Host, name string, before netnsctl.Layer, mounted bool) {
	if obstacle := host.Obstacle(); obstacle != netnsctl.NoObstacle {
		u.note("%s", obstacle)
		return
	}
	again := shellCommand("netnsctl delete", name)
	now, still := host.TopLayer(name)
	switch {
	case mounted && still && now.ID != before.ID:
		u.note("%s, which was mounted on top of %s, is unmounted; an older namespace, %s, lies below and %s now leads to it; to delete that one too, repeat: %s",
			layerText(host, name, before), quote(name), layerText(host, name, now), quote(name), again)
	case mounted && still:
		u.note("%s still leads to %s; where it is mounted there more than once, each %s takes one mount away",
			quote(name), layerText(host, name, now), again)
	case mounted:
		u.note("%s is unmounted from %s, but the name is still there%s; to delete it, repeat: %s", before.ID, quote(name), u.busyWith(host, name), again)
	default:
		if found := u.busyWith(host, name); found != "" {
			u.note("%s cannot be deleted%s", quote(name), found)
		}
	}
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

// busyWith says what is mounted on a name's file in our own mount namespace.
func (u *ui) busyWith(host netnsctl.Host, name string) string {
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
			if m.Namespace == snap.OwnMounts {
				return ": its file is busy, as something is mounted on it at " + m.Path + "; unmount that first"
			}
		}
	}
	return ""
}
