package main

import (
	"errors"
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

// plural is a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
