package netnstest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// patience is how long what a test has ended may take to be gone: processes that were
// killed, and threads that end.
const patience = 2 * time.Second

// NoLeaks fails the test at its end if the host has network namespaces, or stale names,
// that it did not have at the call. The failure says what pins each of them: a name, a
// process, an open descriptor, a thread of the test's own process. NoLeaks waits up to two
// seconds for namespaces that are going away.
//
// NoLeaks should be called first, since the functions of [testing.T.Cleanup] run last to
// first. It sees the whole host, so the namespaces that other programs or parallel tests
// make meanwhile count, too: a [Sandbox] has none of these. An ordinary user outside of
// a sandbox sees what his own processes pin.
func NoLeaks(t testing.TB) {
	t.Helper()
	before, err := look()
	if err != nil {
		t.Fatalf("netnstest: %v", err)
	}
	known, err := before.Record()
	before.Close()
	if err != nil {
		t.Fatalf("netnstest: %v", err)
	}
	t.Cleanup(func() {
		t.Helper()
		for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
			left, err := before.left(known)
			switch {
			case err != nil:
				t.Errorf("netnstest: %v", err)
				return
			case len(left) == 0:
				return
			case time.Now().After(deadline):
				t.Errorf("the test has left behind:\n%s", strings.Join(left, "\n"))
				return
			}
		}
	})
}

// seen is the host at one time, and the test's own process, which a scan leaves out.
type seen struct {
	*discover.Snapshot
	own ownPins
}

// ownPins are what the test's process pins namespaces by, by inode number.
type ownPins map[uint64][]string

func look() (seen, error) {
	own := readOwnPins()
	snap, err := discover.Scan(netnsctl.Host{}, discover.Options{Everything: true})
	return seen{snap, own}, err
}

// left describes what is there and was not before.
func (before seen) left(known discover.Record) (left []string, err error) {
	now, err := look()
	if err != nil {
		return nil, err
	}
	defer now.Close()
	namespaces, stale := now.Since(known)
	for _, ns := range namespaces {
		left = append(left, describe(ns.String(), ns, now.own[ns.ID.Ino]))
		delete(now.own, ns.ID.Ino)
	}
	for ino, pins := range now.own {
		isKnown := func(ns discover.Recorded) bool { return ns.ID.Ino == ino }
		if before.own[ino] == nil && !slices.ContainsFunc(known.Namespaces, isKnown) {
			left = append(left, describe(netnsctl.ID{Ino: ino}.String(), &discover.Namespace{}, pins))
		}
	}
	for _, name := range stale {
		left = append(left, fmt.Sprintf("stale name %q", name.Name))
	}
	slices.Sort(left)
	return left, nil
}

// describe tells what pins a namespace, one pin a line.
func describe(text string, ns *discover.Namespace, own []string) string {
	for _, name := range ns.Names {
		text += fmt.Sprintf(" %q", name)
	}
	for _, pin := range ns.Pins {
		text += "\n\tpinned by: " + pin.String()
	}
	for _, pin := range own {
		text += "\n\tpinned by: " + pin + " of the test itself"
	}
	return text
}

// readOwnPins reads the threads, descriptors and sockets of the process.
func readOwnPins() ownPins {
	pins := ownPins{}
	threads, _ := sys.Names("/proc/self/task")
	for _, tid := range threads {
		if _, ino, err := sys.Stat("/proc/self/task/" + tid + "/ns/net"); err == nil {
			pins[ino] = append(pins[ino], "thread "+tid)
		}
	}
	files, _ := sys.Names("/proc/self/fd")
	for _, file := range files {
		fd, _ := strconv.Atoi(file)
		if ns, err := sys.SocketNet(fd); err == nil {
			pins.add(ns, sys.SocketType(fd)+" socket, descriptor "+file)
			sys.Close(ns)
		}
		pins.add(fd, "descriptor "+file)
	}
	return pins
}

// add notes a pin if ns is the file of a network namespace.
func (p ownPins) add(ns int, pin string) {
	if !sys.IsNamespace(ns) {
		return
	}
	kind, err := sys.NamespaceType(ns)
	if _, ino, statErr := sys.Fstat(ns); err == nil && statErr == nil && kind == sys.TypeNet {
		p[ino] = append(p[ino], pin)
	}
}
