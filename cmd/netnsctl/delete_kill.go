package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/kill"
)

// killing is how the flags --kill and --grace end the processes inside.
type killing struct {
	signal syscall.Signal
	grace  time.Duration
	// gaps are the processes that could not be inspected.
	gaps []discover.Gap
}

// killingOf is nil without --kill.
func killingOf(c *cli.Context) *killing {
	if !c.IsSet("kill") {
		return nil
	}
	k := &killing{signal: syscall.SIGTERM, grace: duration(c, "grace")}
	if word := c.String("kill"); word != "" {
		k.signal, _ = kill.ParseSignal(word) // parse has checked it
	}
	return k
}

func checkSignal(word string) error {
	_, err := kill.ParseSignal(word)
	if err != nil {
		err = fmt.Errorf("%w%s", err, didYouMean(strings.ToUpper(word), kill.SignalNames(), "TERM, HUP, INT, KILL or a number"))
	}
	return err
}

// endInside ends the processes in the namespaces of names, prints each step, and notes with each name
// what has become of them.
func (u *ui) endInside(host netnsctl.Host, all []deletion, o *deleteOptions) error {
	namespaces, err := withNamespace(host, all)
	if err != nil || len(namespaces) == 0 {
		return err
	}
	ctx, release := proc.Interruptible()
	defer release()
	left, unread, err := kill.End(ctx, host, kill.Request{
		Namespaces: namespaces, Signal: o.kill.signal, Grace: o.kill.grace,
		Tell: func(e kill.Event) {
			of := deletionsOf(all, e.Namespace)
			for _, d := range of {
				d.noteProcess(jsonProcess{e.PID, e.Command, kill.SignalName(e.Signal), string(e.Step), ""})
			}
			if !o.json {
				u.print(quote(of[0].name) + ": " + escape(eventText(e)) + "\n")
			}
		},
	})
	o.stopped = interruptionOf(ctx, len(all), false)
	if errors.Is(err, netnsctl.ErrChanged) {
		return explanation{fact: err.Error()}.refusal()
	}
	if refused, ok := errors.AsType[*kill.RefusedError](err); ok {
		return explanation{fact: endsNone(deletionsOf(all, refused.Namespace)[0].name, refused)}.refusal()
	}
	for _, l := range left {
		for _, d := range deletionsOf(all, l.Namespace) {
			d.left = append(d.left, l)
			d.failed = stillInside(d.left, o.verbose)
			d.noteProcess(jsonProcess{l.PID, l.Command, "", "left", l.Why})
		}
	}
	if len(unread) > 0 {
		o.kill.gaps = []discover.Gap{{
			What: discover.GapProcesses, Count: len(unread), Critical: true,
			PID: unread[0], Command: discover.Describe(host, unread[0]).Command, MorePIDs: len(unread) - 1,
		}}
	}
	return err
}

func eventText(e kill.Event) string {
	switch e.Step {
	case kill.Ended:
		return e.String() + " ended"
	case kill.Moved:
		return e.String() + " left the namespace"
	}
	return "sent " + kill.SignalName(e.Signal) + " to " + e.String()
}

// withNamespace are the names to be deleted that lead to a namespace. The error is of a name of which
// that cannot be told.
func withNamespace(host netnsctl.Host, all []deletion) (namespaces []kill.Namespace, err error) {
	for _, d := range all {
		if d.failed != nil {
			continue
		}
		if d.known {
			namespaces = append(namespaces, kill.Namespace{Name: d.name, Identity: d.namespace.Identity})
			continue
		}
		_, err := host.Identity(d.name)
		if isForbidden(err) || errors.Is(err, netnsctl.ErrNoAnswer) {
			return nil, explanation{fact: uninspected(d.name, err).Error()}.refusal()
		}
	}
	return namespaces, nil
}

// deletionsOf are the names to be deleted that lead to a namespace, or would be but for what is inside.
func deletionsOf(all []deletion, id netnsctl.ID) (of []*deletion) {
	for i := range all {
		if all[i].known && all[i].namespace.ID == id && (all[i].failed == nil || len(all[i].left) > 0) {
			of = append(of, &all[i])
		}
	}
	return of
}

// noteProcess notes the latest of a process.
func (d *deletion) noteProcess(p jsonProcess) {
	i := slices.IndexFunc(d.processes, func(other jsonProcess) bool { return other.PID == p.PID && other.Outcome == string(kill.Sent) })
	if i < 0 {
		d.processes = append(d.processes, p)
		return
	}
	if p.Signal == "" {
		p.Signal = d.processes[i].Signal
	}
	d.processes[i] = p
}

// stillInside is the reason why a name stays because of what is left inside.
func stillInside(left []kill.Left, verbose bool) error {
	var processes, threads, texts []string
	for _, l := range left {
		if l.Thread {
			threads = append(threads, l.String())
		} else {
			processes = append(processes, l.String()+": "+l.Why)
		}
	}
	if len(processes) > 0 {
		texts = append(texts, "still inside is "+strings.Join(firstFew(processes, verbose), "; "))
	}
	if len(threads) > 0 {
		what := "a thread of " + threads[0] + " is"
		if len(threads) > 1 {
			what = "threads of " + fewWords(threads, verbose) + " are"
		}
		texts = append(texts, what+" still inside; --kill ends no process of which only a thread is inside")
	}
	return errors.New(strings.Join(texts, "; "))
}

// endsNone says why nothing is done at all.
func endsNone(name string, refused *kill.RefusedError) string {
	return "--kill ends no process of " + quote(name) + ": " + refused.Error()
}

// refuseBlocked fills in which names cannot be deleted for a reason that concerns all. With --kill that
// is also what concerns the caller, and a name of which only the mount on top would go: no process
// ends for a name that stays.
func refuseBlocked(snap *discover.Snapshot, outcomes []outcome, k *killing) {
	general := snap.Host.Obstacle()
	for i := range outcomes {
		o := &outcomes[i]
		switch obstacle := general; {
		case obstacle != netnsctl.NoObstacle:
			o.refused = string(obstacle)
		case k == nil || o.refused != "":
		case o.stays != "":
			o.refused, o.stays = explanation{"only the mount on top would go: " + o.stays, toDelete(snap, o.name)}.String(), ""
		default:
			o.refused = string(snap.Host.ObstacleTo(o.name.Name))
		}
	}
}

// foresee fills in what --kill would do with the processes inside.
func (k *killing) foresee(host netnsctl.Host, outcomes []outcome, verbose bool) error {
	var held []netnsctl.ID
	for _, o := range outcomes {
		if o.ns != nil && o.refused == "" {
			held = append(held, o.ns.ID)
		}
	}
	left, err := kill.Foresee(host, held)
	why := ""
	if refused, ok := errors.AsType[*kill.RefusedError](err); ok {
		i := slices.IndexFunc(outcomes, func(o outcome) bool { return o.refused == "" && o.ns != nil && o.ns.ID == refused.Namespace })
		why, err = endsNone(outcomes[i].name.Name, refused), nil
	}
	for i := range outcomes {
		if outcomes[i].refused == "" {
			outcomes[i].refused = why
			outcomes[i].endsInside(k, left, verbose)
		}
	}
	return err
}

// endsInside fills in what --kill would do for a name; left are the processes because of which it
// would leave namespaces alone.
func (o *outcome) endsInside(k *killing, left []kill.Left, verbose bool) {
	if o.ns == nil || o.refused != "" {
		return
	}
	for _, l := range left {
		if l.Namespace == o.ns.ID {
			o.left = append(o.left, l)
		}
	}
	if len(o.left) > 0 {
		o.refused = stillInside(o.left, verbose).Error()
		return
	}
	o.signal = kill.SignalName(k.signal)
	var inside []int
	for _, p := range o.processes() {
		inside = append(inside, p.PID)
	}
	o.pins = slices.DeleteFunc(o.pins, func(p discover.Pin) bool { return slices.Contains(inside, p.PID) })
}
