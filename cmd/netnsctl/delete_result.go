package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// deleted says what has become of the namespaces whose names were deleted, where
// that is wanted, and gives the status.
func (u *ui) deleted(host netnsctl.Host, all []deletion, o deleteOptions) error {
	after := &aftermath{}
	var lookErr error
	if o.looks() {
		if lookErr = u.look(host, all, o, after); lookErr == nil {
			defer after.snap.Close()
		}
	}
	// What has been done is said, whatever became of the look.
	switch {
	case o.json:
		u.print(deletedJSON(all, after, o.pretty))
	case o.looks():
		for _, d := range all {
			if d.failed == nil {
				u.print(after.text(d, o.verbose))
			}
		}
	}
	switch {
	case slices.ContainsFunc(all, func(d deletion) bool { return d.failed != nil }):
		return cmp.Or(lookErr, error(status(statusFailed)))
	case after.snap == nil:
		return lookErr
	}
	critical := !o.json && u.gaps(after.snap.Blind, false) || isPartial(after.snap.Blind)
	if slices.ContainsFunc(all, func(d deletion) bool { return after.find(d) != nil || after.waits(d) }) {
		return status(statusFound)
	}
	return partial(critical)
}

// aftermath records which namespaces still exist after their names were deleted.
type aftermath struct {
	snap   *discover.Snapshot
	waited time.Duration
	// left are those that the kernel still has.
	left []netnsctl.Tracked
}

// look waits if --wait is given, then scans.
func (u *ui) look(host netnsctl.Host, all []deletion, o deleteOptions, after *aftermath) (err error) {
	if o.wait.set {
		var tracked []netnsctl.Tracked
		for _, d := range all {
			// The host's namespace, and our own, stay.
			if d.failed == nil && d.known && !slices.Contains(tracked, d.namespace) && !isOwn(host, d.namespace.ID) {
				tracked = append(tracked, d.namespace)
			}
		}
		start := time.Now()
		if after.left, err = u.wait(host, tracked, o.wait.limit); err != nil {
			return err
		}
		after.waited = time.Since(start)
	}
	after.snap, err = discover.Scan(host, discover.Options{Everything: true})
	return err
}

// find is the namespace of a name, nil if it has gone or nothing keeps it.
func (a *aftermath) find(d deletion) *discover.Namespace {
	if a.snap == nil || !d.known {
		return nil
	}
	for _, ns := range a.snap.Namespaces {
		if same, _ := d.namespace.Same(ns.Identity); same {
			return ns
		}
	}
	return nil
}

// waits tells whether the kernel still has a namespace.
func (a *aftermath) waits(d deletion) bool { return d.known && slices.Contains(a.left, d.namespace) }

// text says what has become of a name and its namespace.
func (a *aftermath) text(d deletion, everything bool) string {
	name, id := quote(d.name), d.namespace.ID.String()
	ns := a.find(d)
	switch {
	case !d.known:
		return "deleted " + name + ", which led to no network namespace\n"
	case a.snap == nil:
		return "deleted " + name + "\n"
	case ns != nil:
		lines := []string{"deleted name " + name + "; " + id + " is still in use by:"}
		for _, line := range firstFew(keptBy(a.snap, ns), everything) {
			lines = append(lines, "  "+line)
		}
		return escapeLines(lines)
	case a.waits(d):
		return "deleted " + name + "; " + id + " is still being torn down by the kernel (waited " + waitedText(a.waited) + ")\n"
	case isPartial(a.snap.Blind):
		return "deleted " + name + "; no user of " + id + " was found\n"
	case a.waited > 0:
		return "deleted " + name + "; " + id + " is gone\n"
	}
	return "deleted " + name + "; " + id + " has no remaining users\n"
}

func waitedText(d time.Duration) string {
	if d < time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return strconv.Itoa(int(d/time.Second)) + " s"
}

// keptBy are lines on what keeps a namespace, other names first.
func keptBy(snap *discover.Snapshot, ns *discover.Namespace) (lines []string) {
	for _, name := range ns.Names {
		if !isLink(snap, name) {
			lines = append(lines, "name "+quote(name))
		}
	}
	pins := withCommands(snap.Host, unnamed(ns.Pins, ns.Names))
	return append(lines, keepers(pins, snap.OwnMounts)...)
}

// unnamed drops mounts that are listed as names already: theirs, and the copies of
// these in other mount namespaces, which end with the file of the name.
func unnamed(all []discover.Pin, names []string) (pins []discover.Pin) {
	files := map[string]bool{}
	isName := func(m *discover.Mount) bool { return m.Host && slices.Contains(names, m.Name) }
	for _, p := range all {
		if p.Kind == discover.MountPin && isName(p.Mount) {
			files[p.Mount.File] = p.Mount.File != ""
		}
	}
	for _, p := range all {
		if p.Kind != discover.MountPin || !isName(p.Mount) && !files[p.Mount.File] {
			pins = append(pins, p)
		}
	}
	return pins
}

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
