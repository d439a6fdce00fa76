package procfs

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Command is the name of a process or thread (comm); empty if that has ended.
func Command(h *helper.Helper, root string, pid int) string {
	return strings.TrimSuffix(read(h, root, pid, "/comm"), "\n")
}

// maxCommandLine is how many bytes of a command line are read: a process may declare any part
// of its memory to be its arguments (PR_SET_MM_MAP of prctl(2)).
const maxCommandLine = 4 << 10

// CommandLines are the arguments of processes, in their first 4 KiB. Kernel threads, and processes
// that have ended, have none. The arguments lie in the memory of the process, which a FUSE server
// may have to fill: where that takes too long, the process has none either.
func CommandLines(h *helper.Helper, root string, pids ...int) map[int][]string {
	requests := make([]helper.Request, len(pids))
	for i, pid := range pids {
		requests[i] = helper.ReadProcessFile(pid, path(root, pid, "/cmdline"), maxCommandLine)
	}
	h = helper.Or(h)
	defer h.Rest()
	lines := map[int][]string{}
	for i, a := range h.Ask(requests...) {
		if text := bytes.TrimSuffix(a.Text, []byte{0}); a.Err == nil && len(text) > 0 {
			lines[pids[i]] = strings.Split(string(text), "\x00")
		}
	}
	return lines
}

// Cgroup is the systemd unit of a process, and the container and pod IDs in its cgroup;
// empty where it has none.
func Cgroup(h *helper.Helper, root string, pid int) (unit, container, pod string) {
	return parseCgroup(read(h, root, pid, "/cgroup"))
}

// parseCgroup reads lines such as
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

// containerID finds the 64 hexadecimal digits by which OCI runtimes name the cgroup of
// a container.
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

// podID finds the uid in kubepods-besteffort-pod1d6a…, where systemd has replaced
// dashes by underscores.
func podID(word string) string {
	word = strings.TrimSuffix(word, ".slice")
	i := strings.LastIndex(word, "pod")
	if i < 0 {
		return ""
	}
	id := strings.ReplaceAll(word[i+len("pod"):], "_", "-")
	if len(id) != 36 || strings.Count(id, "-") != 4 {
		return ""
	}
	return id
}

// Majors gives the major numbers of the character devices of some drivers, as far as the kernel
// has the drivers.
func (fs *FS) Majors(drivers ...string) (majors []uint32) {
	text, _ := fs.ReadFile("devices")
	for line := range strings.Lines(string(text)) {
		number, driver, _ := strings.Cut(strings.TrimSpace(line), " ")
		if major, err := strconv.ParseUint(number, 10, 32); err == nil && slices.Contains(drivers, driver) {
			majors = append(majors, uint32(major))
		}
	}
	return majors
}

// MiscDevices gives the numbers of the character devices of the driver misc by their names, such
// as "vhost-net".
func (fs *FS) MiscDevices() map[string]uint64 {
	const major = 10 // MISC_MAJOR in the kernel's include/uapi/linux/major.h
	text, _ := fs.ReadFile("misc")
	numbers := map[string]uint64{}
	for line := range strings.Lines(string(text)) {
		number, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if minor, err := strconv.ParseUint(number, 10, 32); err == nil {
			numbers[name] = sys.DeviceNumber(major, uint32(minor))
		}
	}
	return numbers
}
