package container

import (
	"path"
	"strings"
)

// Unit is a unit of systemd whose processes run in a network namespace with a path
// (NetworkNamespacePath= of systemd.exec(5)), as soon as the unit is started.
type Unit struct {
	Name  string
	Netns string
	// File is where the path is.
	File string
}

// unitDirs are the directories of the unit files of the system (systemd.unit(5)).
var unitDirs = []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"}

// Units reads the unit files below root and their drop-ins, and gives the paths of those that could
// not be read, too. Of a template it gives the instances that are enabled or active.
func Units(root string) (units []Unit, unread []string) {
	all := files{root, &unread}
	instances := all.instances()
	for _, dir := range unitDirs {
		for _, pattern := range []string{dir + "/*.service", dir + "/*.service.d/*.conf"} {
			all.each(pattern, func(f record) {
				text, err := f.Read(f.file, maxFile)
				if err != nil {
					return
				}
				template, one, isTemplate := strings.Cut(f.match[0], "@")
				instantiated := []string{one}
				if isTemplate && one == "" {
					instantiated = instances[template]
				}
				for line := range strings.Lines(string(text)) {
					netns, ok := strings.CutPrefix(strings.TrimSpace(line), "NetworkNamespacePath=")
					if !ok || netns == "" {
						continue
					}
					for _, i := range instantiated {
						name := template + ".service"
						if isTemplate {
							name = template + "@" + i + ".service"
						}
						at := strings.NewReplacer("%i", i, "%I", i, "%%", "%").Replace(netns)
						units = append(units, Unit{name, at, path.Join(f.path, f.file)})
					}
				}
			})
		}
	}
	return units, unread
}

// instances are those of template units that a target wants, or that are active, by the template.
func (all files) instances() map[string][]string {
	found := map[string][]string{}
	for _, pattern := range []string{
		"/etc/systemd/system/*.wants/*.service", "/etc/systemd/system/*.requires/*.service", "/run/systemd/units/invocation:*.service",
	} {
		all.each(pattern, func(f record) {
			if template, instance, ok := strings.Cut(f.match[len(f.match)-1], "@"); ok {
				found[template] = append(found[template], instance)
			}
		})
	}
	return found
}
