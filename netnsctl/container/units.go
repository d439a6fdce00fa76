package container

import (
	"path"
	"regexp"
	"strings"
	"sync"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Unit is a unit of systemd that uses a network namespace with a path as soon as it is started or
// stopped: its processes run in it (NetworkNamespacePath= of systemd.exec(5)), or its commands have it.
type Unit struct {
	Name  string
	Netns string
	// File is where the path is. Of a netnsctl@NAME.service it is empty.
	File string
}

// unitDirs are the directories of the unit files of the system (systemd.unit(5)).
var unitDirs = []string{
	"/etc/systemd/system", "/run/systemd/system", "/run/systemd/transient", "/run/systemd/generator", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
}

// Units reads the unit files below root and their drop-ins, and gives the paths of those that could
// not be read, too. Of a template it gives the instances that are enabled or active.
func Units(root string) (units []Unit, unread []string) {
	all := files{root, &unread}
	instances := all.instances()
	for _, i := range instances["netnsctl"] {
		units = append(units, Unit{Name: "netnsctl@" + i + ".service", Netns: runDir + i})
	}
	for _, dir := range unitDirs {
		for _, pattern := range []string{dir + "/*.service", dir + "/*.service.d/*.conf"} {
			all.each(pattern, func(f record) {
				text, err := f.Read(f.file, maxFile)
				if err == syscall.ELOOP { // systemctl link
					text, err = f.readLinked()
				}
				if err != nil {
					return
				}
				template, one, isTemplate := strings.Cut(f.match[0], "@")
				instantiated := []string{one}
				if isTemplate && one == "" {
					instantiated = instances[template]
				}
				for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
					for _, netns := range netnsOf(line) {
						for _, i := range instantiated {
							name := template
							if isTemplate {
								name += "@" + i
							}
							at := strings.NewReplacer("%i", i, "%I", strings.ReplaceAll(i, `\x2d`, "-"), "%p", template, "%N", name, "%%", "%").Replace(netns)
							units = append(units, Unit{name + ".service", at, path.Join(f.path, f.file)})
						}
					}
				}
			})
		}
	}
	return units, unread
}

// readLinked reads the unit file to which root has made a symbolic link.
func (f record) readLinked() ([]byte, error) {
	file := path.Join(f.path, f.file)
	fd, err := sys.HoldNoAutomount(-1, f.files.root+file, sys.Follow)
	if err == nil {
		defer sys.Close(fd)
		var text []byte
		if text, err = sys.ReadHeld(fd, maxFile); err == nil {
			return text, nil
		}
	}
	if !isNone(err) { // a link to /dev/null masks a unit: EINVAL
		f.missed(f.file)
	}
	return nil, err
}

const runDir = "/run/netns/"

// commands finds names of the run directory in a command: their paths, and what follows a verb of ip
// netns or netnsctl, or the option of ip.
var commands = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:netns/|netns(?:ctl)?\s+[a-z]+\s+(?:-\S+\s+)*|\s-n(?:etns)?\s+)([^\s/'";&|)]+)`)
})

// netnsOf are the paths of the network namespaces in a line of a unit file.
func netnsOf(line string) (paths []string) {
	key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
	value = strings.TrimSpace(value)
	switch key = strings.TrimSpace(key); {
	case key == "NetworkNamespacePath" && value != "":
		paths = []string{value}
	case strings.HasPrefix(key, "Exec"):
		for _, m := range commands().FindAllStringSubmatch(value, -1) {
			paths = append(paths, runDir+m[1])
		}
	}
	return paths
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
