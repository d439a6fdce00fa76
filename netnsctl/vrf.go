package netnsctl

import (
	"errors"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// cgroup2Mount is where cgroup2 is mounted if it is mounted nowhere, as ip-vrf(8)
// does.
const cgroup2Mount = "/var/run/cgroup2"

// LeaveVRF takes the whole process out of the VRF that `ip vrf exec` put it into: the
// sockets of a VRF are bound to a device that another namespace does not have.
// Such a process is in a cgroup2 .../vrf/NAME; it is moved to .../vrf, or to
// .../NETNS-ns/vrf where its own namespace is named NETNS. A failure is a
// warning. In all other processes LeaveVRF does nothing.
func (h Host) LeaveVRF() {
	group, inVRF := h.vrfParent()
	if !inVRF {
		return
	}
	root, err := h.cgroup2Root()
	if err != nil {
		h.warn(newOpError(OpMountCgroup, "", cgroup2Mount, err))
		return
	}
	if own := h.ownName(); own != "" {
		group = strings.TrimSuffix(group, "/"+own+"-ns") + "/" + own + "-ns"
	}
	dir := path.Clean(root + group + "/vrf")
	if failed, err := makeDirs(dir); err != nil {
		h.warn(newOpError(OpMakeVRFGroup, "", failed, err))
		return
	}
	h.warn(newOpError(OpLeaveVRF, "", dir, joinCgroup(dir)))
}

// vrfParent gives the parent of the VRF's cgroup, below the root of the hierarchy.
func (h Host) vrfParent() (group string, inVRF bool) {
	text, err := sys.ReadFile(h.Proc() + "/self/cgroup")
	if err != nil {
		return "", false
	}
	for line := range strings.Lines(string(text)) {
		if group, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::"); ok {
			group, _, inVRF = strings.Cut(group, "/vrf/")
			return group, inVRF
		}
	}
	return "", false
}

// cgroup2Root finds the first mount of cgroup2, or makes one.
func (h Host) cgroup2Root() (string, error) {
	text, err := sys.ReadFile(h.Proc() + "/self/mounts")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 2 && f[2] == "cgroup2" {
			return f[1], nil
		}
	}
	if _, err := makeDirs(cgroup2Mount); err != nil {
		return "", err
	}
	return cgroup2Mount, sys.MountCgroup2(cgroup2Mount)
}

// ownName is the last name, in directory order, of the caller's namespace.
func (h Host) ownName() string {
	id, err := statID(sys.ThreadNetPath)
	if err != nil {
		return ""
	}
	names, err := h.NamesOf(id)
	if err != nil || len(names) == 0 {
		return ""
	}
	return names[len(names)-1]
}

// makeDirs is os.MkdirAll that also gives the path where it failed.
func makeDirs(dir string) (failed string, err error) {
	err = os.MkdirAll(dir, 0o755)
	if pathErr, ok := errors.AsType[*os.PathError](err); ok {
		failed = pathErr.Path
	}
	return failed, err
}

func joinCgroup(dir string) error {
	f, err := os.OpenFile(dir+"/cgroup.procs", os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(strconv.Itoa(syscall.Getpid()))
	return errors.Join(err, f.Close())
}
