package inspect

import (
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// commandLines reads those of all processes that have a pin.
func commandLines(host netnsctl.Host, ns *discover.Namespace) map[int]textjson.Texts {
	lines := map[int]textjson.Texts{}
	for _, p := range ns.Pins {
		if _, done := lines[p.PID]; done || p.PID == 0 {
			continue
		}
		if words := discover.CommandLine(host, p.PID); words != nil {
			lines[p.PID] = words
		}
	}
	return lines
}

func overlays(host netnsctl.Host, ns *discover.Namespace) (all []Overlay) {
	for _, name := range ns.Names {
		if files := host.Overlays(name); len(files) > 0 {
			all = append(all, Overlay{name, files})
		}
	}
	return all
}
