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
		err = fmt.Errorf("%w%s", err, didYouMean(strings.ToUpper(word), kill.SignalNames(), "TERM, HUP, INT, KILL or another one of kill -l"))
	}
	return err
}

// endInside ends the processes in the namespaces of names, prints each step, and notes with each name
// what has become of them.
func (u *ui) endInside(host netnsctl.Host, all []deletion, o *deleteOptions) error {
	namespaces, err := withNamespace(host, all)
	if err != nil {
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
		return explanation{fact: "--kill ends no process of " + quote(deletionsOf(all, refused.Namespace)[0].name) + ": " + refused.Error()}.refusal()
	}
	for _, l := range left {
		for _, d := range deletionsOf(all, l.Namespace) {
			d.left = append(d.left, l)
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
		return e.Process.String() + " ended"
	case kill.Moved:
		return e.Process.String() + " left the namespace"
	}
	return "sent " + kill.SignalName(e.Signal) + " to " + e.Process.String()
}

// withNamespace are the names that lead to a namespace. The error is of a name of which that cannot
// be told.
func withNamespace(host netnsctl.Host, all []deletion) (namespaces []kill.Namespace, err error) {
	for _, d := range all {
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

// deletionsOf are the names that lead to a namespace.
func deletionsOf(all []deletion, id netnsctl.ID) (of []*deletion) {
	for i := range all {
		if all[i].known && all[i].namespace.ID == id {
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

// stillInside is the error of a name that stays because of what is left inside.
func (d *deletion) stillInside(verbose bool) error {
	var texts []string
	for _, l := range d.left {
		texts = append(texts, l.Process.String()+": "+l.Why)
	}
	return errors.New("still inside is " + strings.Join(firstFew(texts, verbose), "; "))
}

// endsInside fills in what --kill would do with the processes inside.
func (o *outcome) endsInside(k *killing, protected []int) {
	if k == nil || o.ns == nil || o.refused != "" {
		return
	}
	o.signal = kill.SignalName(k.signal)
	var inside []int
	for _, p := range o.processes() {
		inside = append(inside, p.PID)
		if slices.Contains(protected, p.PID) {
			o.refused = "--kill ends none of its processes: " + p.Who() + " is netnsctl itself, an ancestor of it, or process 1"
		}
	}
	if o.ns.Verdict == discover.Own {
		o.refused = "--kill ends none of its processes: it is " + ownText(o.ns)
	}
	o.pins = slices.DeleteFunc(o.pins, func(p discover.Pin) bool { return slices.Contains(inside, p.PID) })
}
