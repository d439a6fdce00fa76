package netnsctl

import (
	"slices"
	"strings"
)

// ownServices are the services of nsswitch.conf(5) that ask nobody outside the network
// namespace. The others ask daemons over Unix sockets, which a network namespace does not
// separate: resolve, mymachines, mdns4_minimal, sss, wins, libvirt, and so on.
var ownServices = []string{"files", "dns", "myhostname"}

// withoutForeignServices is the text of an nsswitch.conf whose lines for hosts and networks
// have [ownServices] only. Host names are then looked up in dns at least.
func withoutForeignServices(text string) string {
	var out strings.Builder
	hasHosts := false
	for line := range strings.Lines(text) {
		database, services, ok := strings.Cut(line, ":")
		database = strings.TrimSpace(database)
		if !ok || database != "hosts" && database != "networks" {
			out.WriteString(line)
			continue
		}
		kept := keepOwn(services)
		if database == "hosts" {
			hasHosts = true
			if !slices.Contains(kept, "dns") {
				kept = append(kept, "dns")
			}
		}
		out.WriteString(database + ": " + strings.Join(kept, " ") + "\n")
	}
	if !hasHosts {
		out.WriteString("\nhosts: files dns\n")
	}
	return out.String()
}

// keepOwn gives the own services of a line, each with the actions in brackets after it.
func keepOwn(line string) (kept []string) {
	line, _, _ = strings.Cut(line, "#")
	keep, bracket := false, false
	for word := range strings.FieldsSeq(strings.NewReplacer("[", " [", "]", "] ").Replace(line)) {
		action := bracket || word[0] == '['
		if !action {
			keep = slices.Contains(ownServices, word)
		}
		if keep {
			kept = append(kept, word)
		}
		bracket = action && !strings.HasSuffix(word, "]")
	}
	return kept
}
