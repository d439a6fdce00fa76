package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// bare is a system call's error without the file that it was for.
func bare(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	return err
}

// cause says why a name is stale.
func cause(n *discover.Name) string {
	switch {
	case n.Cause == "":
		return n.Detail
	case n.Detail == "":
		return string(n.Cause)
	}
	return string(n.Cause) + ": " + n.Detail
}

// owner is the most telling thing that is known of an owner.
func owner(o discover.Owner) string {
	var words []string
	add := func(what, word string) {
		if word != "" {
			words = append(words, what+word)
		}
	}
	add("", o.Runtime)
	if o.PodName != "" {
		add("pod ", o.PodName)
	} else {
		add("pod ", o.Pod)
	}
	if o.Name != "" {
		add("container ", o.Name)
	} else {
		add("container ", o.Container[:min(12, len(o.Container))])
	}
	if o.Container == "" {
		add("", o.Unit)
	}
	if len(words) == 0 {
		add("", o.Command)
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, ", ")
}

// pins tells pins in one line; of many processes it names the first.
func pins(all []discover.Pin) string {
	var words []string
	for kind, list := range groups(all) {
		word := list[0].String()
		if len(list) > 1 {
			word += " and " + strconv.Itoa(len(list)-1) + " more"
			switch {
			case kind == discover.Process && len(list) == 2:
				word += " process"
			case kind == discover.Process:
				word += " processes"
			}
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, "; ")
}

// groups gives the pins by kind, in the order in which kinds appear.
func groups(all []discover.Pin) func(func(discover.Kind, []discover.Pin) bool) {
	return func(yield func(discover.Kind, []discover.Pin) bool) {
		var done []discover.Kind
		for _, p := range all {
			if slices.Contains(done, p.Kind) {
				continue
			}
			done = append(done, p.Kind)
			var list []discover.Pin
			for _, other := range all {
				if other.Kind == p.Kind {
					list = append(list, other)
				}
			}
			if !yield(p.Kind, list) {
				return
			}
		}
	}
}
