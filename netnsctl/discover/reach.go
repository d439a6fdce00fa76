package discover

import (
	"bytes"
	"os"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// Place is where a file can be found: below a mount of our own mount namespace.
type Place struct {
	MountID uint64
	Point   string
	Below   string
}

// Reach finds the places where the file of a [Mount] is below a mount of our own
// mount namespace, if there are any.
func Reach(host netnsctl.Host, file string) ([]Place, error) {
	text, err := os.ReadFile(host.Proc() + "/thread-self/mountinfo")
	if err != nil {
		return nil, netnsctl.NewOpError(netnsctl.OpReadProc, "", host.Proc()+"/thread-self/mountinfo", err)
	}
	var places []Place
	for line := range bytes.Lines(text) {
		row, ok := parseMount(line)
		if !ok {
			continue
		}
		inside, ok := strings.CutPrefix(file, row.dev+":")
		if !ok {
			continue
		}
		below, ok := strings.CutPrefix(inside, strings.TrimSuffix(row.root, "/")+"/")
		if ok {
			places = append(places, Place{uint64(row.id), row.point, below})
		}
	}
	return places, nil
}
