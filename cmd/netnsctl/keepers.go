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

// keepers tells pins in one line for each process, and one for all mounts at the
// same path. ownMounts is the mount namespace that paths are said of without more.
func keepers(all []discover.Pin, ownMounts uint64) (lines []string) {
	byPID := map[int][]discover.Pin{}
	var pids []int
	var mounts []discover.Pin
	invisible := false
	for _, p := range all {
		switch {
		case p.Kind == discover.MountPin:
			mounts = append(mounts, p)
		case p.PID == 0:
			invisible = true
		default:
			if byPID[p.PID] == nil {
				pids = append(pids, p.PID)
			}
			byPID[p.PID] = append(byPID[p.PID], p)
		}
	}
	slices.SortFunc(pids, func(a, b int) int {
		if inside := isInside(byPID[b]); inside != isInside(byPID[a]) {
			if inside {
				return 1
			}
			return -1
		}
		return cmp.Compare(a, b)
	})
	for _, pid := range pids {
		lines = append(lines, processLine(byPID[pid]))
	}
	lines = append(lines, mountLines(mounts, ownMounts)...)
	if invisible {
		lines = append(lines, "something that cannot be inspected")
	}
	return lines
}

func isInside(pins []discover.Pin) bool {
	return slices.ContainsFunc(pins, func(p discover.Pin) bool { return p.Kind == discover.Process })
}

// processLine tells all pins of one process. What a process inside has open says
// nothing more.
func processLine(pins []discover.Pin) string {
	i := slices.IndexFunc(pins, func(p discover.Pin) bool { return p.TID == 0 })
	who := pins[max(i, 0)].Who()
	if isInside(pins) {
		return who
	}
	var words []string
	for kind, list := range groups(pins) {
		switch {
		case kind == discover.Descriptor && len(list) > 1:
			words = append(words, strconv.Itoa(len(list))+" descriptors ("+numbers(list)+")")
		case len(list) > 1:
			words = append(words, list[0].How()+" and "+strconv.Itoa(len(list)-1)+" more")
		default:
			words = append(words, list[0].How())
		}
	}
	return who + ": " + strings.Join(words, "; ")
}

// numbers are the first few descriptors.
func numbers(pins []discover.Pin) string {
	const few = 4
	var words []string
	for _, p := range pins[:min(few, len(pins))] {
		words = append(words, strconv.Itoa(p.FD))
	}
	if len(pins) > few {
		words = append(words, "…")
	}
	return strings.Join(words, ", ")
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

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// firstFew are the first lines and how many more there are, or all lines.
func firstFew(lines []string, all bool) []string {
	if all || len(lines) <= fewKeepers+1 {
		return lines
	}
	return append(slices.Clone(lines[:fewKeepers]), "and "+strconv.Itoa(len(lines)-fewKeepers)+" more (--verbose shows all)")
}
