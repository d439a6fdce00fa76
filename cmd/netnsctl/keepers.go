package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// fewKeepers is how many lines say who keeps a namespace, where not all are wanted.
const fewKeepers = 5

// keepers tells pins in one line for each process, those inside first, and one for
// all mounts at the same path. ownMounts is the mount namespace that paths are said
// of without more.
func keepers(all []discover.Pin, ownMounts uint64) (lines []string) {
	var mounts, others []discover.Pin
	for _, p := range all {
		if p.Kind == discover.MountPin {
			mounts = append(mounts, p)
		} else {
			others = append(others, p)
		}
	}
	found := holdings(others)
	slices.SortStableFunc(found, func(a, b holding) int {
		return cmp.Or(boolOrder(b.pid != 0, a.pid != 0), boolOrder(b.kind == discover.Process, a.kind == discover.Process), cmp.Compare(a.pid, b.pid))
	})
	for _, h := range found {
		lines = append(lines, h.line(""))
	}
	return append(lines, mountLines(mounts, ownMounts)...)
}

// boolOrder puts false before true.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// mountLines tells mounts by their path, those of our own mount namespace first.
func mountLines(pins []discover.Pin, ownMounts uint64) (lines []string) {
	byPath := map[string][]discover.Pin{}
	var paths []string
	for _, p := range pins {
		if byPath[p.Mount.Path] == nil {
			paths = append(paths, p.Mount.Path)
		}
		byPath[p.Mount.Path] = append(byPath[p.Mount.Path], p)
	}
	own := func(p discover.Pin) bool { return p.Mount.Host || p.Mount.Namespace == ownMounts }
	slices.SortStableFunc(paths, func(a, b string) int {
		switch ours := slices.ContainsFunc(byPath[a], own); {
		case ours == slices.ContainsFunc(byPath[b], own):
			return strings.Compare(a, b)
		case ours:
			return -1
		}
		return 1
	})
	for _, path := range paths {
		list := byPath[path]
		first := max(slices.IndexFunc(list, own), 0)
		others := map[uint64]bool{}
		for _, p := range list {
			if p.Mount.Namespace != list[first].Mount.Namespace {
				others[p.Mount.Namespace] = true
			}
		}
		line := mountText(list[first], ownMounts)
		if len(others) > 0 {
			line += ", also in " + plural(len(others), "other mount namespace", "other mount namespaces")
		}
		lines = append(lines, line)
	}
	return lines
}

// mountText tells a mount, and through which process it is seen where that is not
// our own mount namespace.
func mountText(p discover.Pin, ownMounts uint64) string {
	m := p.Mount
	text := "mount " + m.Path
	if m.Covered {
		text = "covered " + text
	}
	switch {
	case m.Host || m.Namespace == ownMounts:
		return text
	case m.Through == 0:
		return text + " in mnt:[" + strconv.FormatUint(m.Namespace, 10) + "], which has no process"
	}
	return text + " in the mount namespace of " + pidText(m.Through, p.Command)
}

func pidText(pid int, command string) string {
	return discover.Pin{PID: pid, Command: command}.Who()
}

// firstFew are the first lines and how many more there are, or all lines.
func firstFew(lines []string, all bool) []string {
	if all || len(lines) <= fewKeepers+1 {
		return lines
	}
	return append(slices.Clone(lines[:fewKeepers]), "and "+strconv.Itoa(len(lines)-fewKeepers)+" more (--verbose shows all)")
}
