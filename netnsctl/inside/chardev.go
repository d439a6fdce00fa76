package inside

import (
	"strconv"
	"strings"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// CharDevices gives the numbers, as stat(2) has them, of the character devices by which
// processes get the packets of the macvtap and ipvtap devices of a namespace, by index. Only
// sysfs tells them: it is made anew, and mounted nowhere.
func CharDevices(ns netns.NsHandle, devices []Device) (numbers map[int]uint64, err error) {
	sys.OnThrowAwayThread(func() {
		if err = enter(ns); err != nil {
			return
		}
		var fs sys.Sysfs
		if fs, err = sys.OpenSysfs(); err != nil {
			return
		}
		defer fs.Close()
		numbers = map[int]uint64{}
		for _, d := range devices {
			if !d.IsMacvtap() {
				continue
			}
			var text []byte
			if text, err = fs.ReadFile("class/net/" + d.Name + "/tap" + strconv.Itoa(d.Index) + "/dev"); err != nil {
				return
			}
			if number, ok := parseDeviceNumber(string(text)); ok {
				numbers[d.Index] = number
			}
		}
	})
	return numbers, err
}

// parseDeviceNumber reads "246:1\n".
func parseDeviceNumber(text string) (number uint64, ok bool) {
	major, minor, _ := strings.Cut(strings.TrimSpace(text), ":")
	a, err1 := strconv.ParseUint(major, 10, 32)
	b, err2 := strconv.ParseUint(minor, 10, 32)
	return unix.Mkdev(uint32(a), uint32(b)), err1 == nil && err2 == nil
}
