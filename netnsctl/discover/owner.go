package discover

import (
	"path"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// Owner is whom a namespace seems to belong to, as far as its pins tell.
type Owner struct {
	PID     int
	Command string
	// Unit is the systemd unit, Container and Pod the ids in the process'
	// cgroup.
	Unit, Container, Pod string
	// Runtime is the program whose directory the namespace is mounted in, or that
	// has noted it.
	Runtime string
	// Name is the container's and PodName the pod's (namespace/name), as the
	// runtime has them.
	Name, PodName string
}

// describe fills in the commands of a namespace's pins, and its owner.
func (s *scan) describe(ns *Namespace) {
	for i := range ns.Pins {
		p := &ns.Pins[i]
		pid := p.PID
		if p.Mount != nil && pid == 0 {
			pid = p.Mount.Through
		}
		if pid != 0 {
			p.Command = s.command(pid)
		}
		s.ownedBy(&ns.Owner, pid, p)
	}
}

func (s *scan) ownedBy(o *Owner, pid int, p *Pin) {
	if p.Mount != nil && o.Runtime == "" {
		o.Runtime = runtimeOf(p.Mount.Path)
	}
	// A name, seen from another mount namespace such as that of a command which
	// `exec` runs, is nobody's.
	if pid == 0 || o.PID != 0 || p.Mount != nil && (p.Mount.Host || p.Mount.Name != "") {
		return
	}
	o.PID, o.Command = pid, p.Command
	s.group(o)
}

// group fills in what the owner's cgroup tells.
func (s *scan) group(o *Owner) {
	if text, err := s.read(s.host.Proc() + "/" + strconv.Itoa(o.PID) + "/cgroup"); err == nil {
		o.Unit, o.Container, o.Pod = parseCgroup(string(text))
	}
}

// Describe tells of a process: its command, unit, container and pod, as far as
// it is there and they can be read.
func Describe(host netnsctl.Host, pid int) Owner {
	s := &scan{host: host}
	o := Owner{PID: pid, Command: s.command(pid)}
	s.group(&o)
	return o
}

func (s *scan) command(pid int) string {
	text, err := s.read(s.host.Proc() + "/" + strconv.Itoa(pid) + "/comm")
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(text), "\n")
}

// Foreign is the program that keeps its namespaces in the directory of a mount,
// empty if none is known for it. What it keeps there, it may want back.
func (m *Mount) Foreign() string { return runtimeOf(m.Path) }

// runtimeOf knows the directories in which runtimes keep namespaces, also below
// the root of a container.
func runtimeOf(file string) string {
	dir := path.Dir(file)
	switch {
	case strings.HasSuffix(dir, "/run/docker/netns"):
		return "docker"
	case strings.Contains(dir, "/run/user/") && strings.HasSuffix(dir, "/netns"):
		return "podman"
	case strings.Contains(dir, "/buildkit/"):
		return "buildkit"
	case strings.Contains(dir, "/run/containerd/"):
		return "containerd"
	case strings.Contains(dir, "/run/crio/"), strings.HasSuffix(dir, "/run/crio"):
		return "cri-o"
	case strings.HasSuffix(dir, "/run/ipcns"), strings.HasSuffix(dir, "/run/utsns"):
		return "cri-o"
	}
	return ""
}

// parseCgroup reads the unit, container and pod from /proc/PID/cgroup, lines
// such as
//
//	0::/kubepods.slice/kubepods-pod1d6a….slice/cri-containerd-9f3c….scope
func parseCgroup(text string) (unit, container, pod string) {
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(fields) < 3 {
			continue
		}
		for word := range strings.SplitSeq(fields[2], "/") {
			if strings.HasSuffix(word, ".service") || strings.HasSuffix(word, ".scope") {
				unit = word
			}
			if id := containerID(word); id != "" {
				container = id
			}
			if id := podID(word); id != "" {
				pod = id
			}
		}
	}
	return unit, container, pod
}

// containerID finds the 64 hexadecimal digits that OCI runtimes name a
// container's cgroup by.
func containerID(word string) string {
	word = strings.TrimSuffix(word, ".scope")
	if i := strings.LastIndexByte(word, '-'); i >= 0 {
		word = word[i+1:]
	}
	if len(word) != 64 || strings.Trim(word, "0123456789abcdef") != "" {
		return ""
	}
	return word
}

// podID finds the uid in kubepods-besteffort-pod1d6a…: systemd has replaced its
// dashes by underscores.
func podID(word string) string {
	_, id, found := strings.Cut(strings.TrimSuffix(word, ".slice"), "pod")
	for found && strings.Contains(id, "pod") {
		_, id, found = strings.Cut(id, "pod")
	}
	id = strings.ReplaceAll(id, "_", "-")
	if len(id) != 36 || strings.Count(id, "-") != 4 {
		return ""
	}
	return id
}
