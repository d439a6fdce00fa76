package inspect

import (
	"bytes"
	"os"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// commandLines reads those of all processes that have a pin.
func commandLines(host netnsctl.Host, ns *discover.Namespace) map[int][]string {
	lines := map[int][]string{}
	for _, p := range ns.Pins {
		if _, done := lines[p.PID]; done || p.PID == 0 {
			continue
		}
		// Empty for a kernel thread; gone meanwhile is no error.
		text, err := os.ReadFile(host.Proc() + "/" + strconv.Itoa(p.PID) + "/cmdline")
		if text = bytes.TrimSuffix(text, []byte{0}); err == nil && len(text) > 0 {
			for word := range bytes.SplitSeq(text, []byte{0}) {
				lines[p.PID] = append(lines[p.PID], string(word))
			}
		}
	}
	return lines
}

func overlays(host netnsctl.Host, ns *discover.Namespace) map[string][]string {
	all := map[string][]string{}
	for _, name := range ns.Names {
		if files := host.Overlays(name); len(files) > 0 {
			all[name] = files
		}
	}
	return all
}
