package discover

import (
	"slices"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// weigh fills in [Namespace.Evidence], beside what runtimes know: what holds the idle namespaces,
// what is in them, where their devices lead and what they carry for others.
func (d *describer) weigh(w *wires, handles []netns.NsHandle) {
	var at []int
	var open []netns.NsHandle
	for n, ns := range w.namespaces {
		switch {
		case ns.Evidence == nil:
			continue
		case !ns.held:
			ns.Evidence.miss(ContentsFact, "it could not be opened")
		default:
			at, open = append(at, n), append(open, handles[n])
		}
		ns.Evidence.weighPins(ns.Pins)
	}
	if len(at) == 0 {
		return
	}
	for i, c := range inside.Read(open, inside.Wanted{Sockets: true}) {
		e := w.namespaces[at[i]].Evidence
		if len(c.Sockets) > 0 {
			e.live(ListeningFact, listenText(c.Sockets))
		}
		for _, err := range []error{w.contents[at[i]].Err, c.Err} {
			if err != nil {
				e.miss(ContentsFact, "what is in it could not be read: "+err.Error())
			}
		}
	}
	for n, facts := range w.lives() {
		e := w.namespaces[n].Evidence
		e.For = append(facts, e.For...)
	}
	for _, n := range at {
		for _, text := range w.deadEnds(n) {
			w.namespaces[n].Evidence.dead(FarEndFact, text)
		}
	}
}

// lives says what the idle namespaces with evidence carry for others, by their index. Unlike for an
// orphan, another idle namespace counts only if there is a sign of life in it or it is wanted: names that were left
// over may be linked with each other. An orphan counts if something other than a mount holds it, too.
func (w *wires) lives() map[int][]Fact {
	alive := make([]bool, len(w.contents))
	for n := range w.contents {
		if n >= len(w.namespaces) {
			alive[n] = true
			continue
		}
		ns := w.namespaces[n]
		switch {
		case ns.Verdict == Orphan:
			alive[n] = ns.isHeld() || ns.WantedBy != ""
		case ns.Evidence != nil:
			alive[n] = !ns.Evidence.None() || ns.WantedBy != ""
		default:
			alive[n] = true
		}
	}
	for t := range w.opened {
		alive[t.namespace] = true
	}
	found := w.spread(alive, func(n int) bool { return w.namespaces[n].Verdict == Orphan || w.namespaces[n].Evidence != nil })
	for n := range found {
		if w.namespaces[n].Evidence == nil {
			delete(found, n)
		}
	}
	return found
}

// deadEnds say where the devices of a namespace lead that do not lead to life. The far end of a pod's
// device is left over in a bridge of the host together with it.
func (w *wires) deadEnds(n int) (texts []string) {
	var told []farEnd
	for _, s := range w.strands[n] {
		if slices.Contains(told, s.to) || s.device == nil || s.to.namespace >= len(w.namespaces) {
			continue
		}
		told = append(told, s.to)
		to := w.namespaces[s.to.namespace]
		text := s.device.Name + " leads to " + w.deviceText(s.to)
		switch far := w.contents[s.to.namespace].Device(s.to.device); {
		case w.isHost(s.to.namespace) && far != nil && far.Up && far.Master != 0:
			texts = append(texts, text+", which is up, in "+w.nameOf(farEnd{s.to.namespace, far.Master}))
		case w.isHost(s.to.namespace) && far != nil && far.Up:
			texts = append(texts, text+", which is up")
		case w.isHost(s.to.namespace) && far != nil:
			texts = append(texts, text+", which is down")
		case to.Evidence.None():
			texts = append(texts, text+", which nobody uses")
		case to.Verdict == Orphan && !to.isHeld():
			texts = append(texts, text+", which has no name and no process")
		}
	}
	if len(w.strands[n]) == 0 && w.contents[n].Err == nil {
		texts = append(texts, "no device leads out of it")
	}
	return texts
}

// nameOf is the name of a device.
func (w *wires) nameOf(e farEnd) string {
	if d := w.contents[e.namespace].Device(e.device); d != nil {
		return d.Name
	}
	return "a bridge"
}
