package discover

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// The files of /proc/net tell what sockets that no descriptor leads to are. They are read on a
// thread in the namespace.

// usedSockets reads the number of sockets that hold a namespace from /proc/net/sockstat:
//
//	sockets: used 3
func usedSockets(text []byte) int {
	_, after, _ := bytes.Cut(text, []byte("sockets: used "))
	line, _, _ := bytes.Cut(after, []byte("\n"))
	n, _ := strconv.Atoi(string(line))
	return n
}

// unixSocket is a line of /proc/net/unix (struct unix_sock in the kernel's net/unix/af_unix.c):
//
//	0000000000000000: 00000002 00000000 00010000 0001 01 25041 /run/daemon.sock
type unixSocket struct {
	listens, waits bool
	ino            uint64
	path           string
}

func parseUnix(line []byte) (s unixSocket, ok bool) {
	f := bytes.SplitN(bytes.Join(bytes.Fields(line[:min(len(line), unixPath)]), []byte(" ")), []byte(" "), 8)
	if len(f) < 8 {
		return s, false
	}
	_, path, _ := bytes.Cut(line, append(append([]byte(" "), f[6]...), ' '))
	s.ino, _ = strconv.ParseUint(string(f[6]), 10, 64)
	s.listens = string(f[3]) == "00010000" // SO_ACCEPTCON
	// A connection that was not accepted has no file, and the address of the listener.
	s.waits = s.ino == 0 && string(f[5]) == "02"
	s.path = string(bytes.TrimSuffix(path, []byte("\n")))
	return s, s.path != ""
}

// unixPath is more than a line of /proc/net/unix may have before its path.
const unixPath = 256

// waiting are the connections that wait in the queue of a unix listener of another namespace,
// which hold the namespace of their client, each with those who have the listener.
func (v *vantage) waiting() (pins []Pin) {
	text, _ := sys.ReadFile(v.fs.Root() + "/thread-self/net/unix")
	for line := range bytes.Lines(text) {
		s, ok := parseUnix(line)
		if !ok || !s.waits {
			continue
		}
		p := Pin{Kind: Unaccepted, FD: -1, Detail: s.path}
		for _, f := range v.listeners(s.path) {
			p = f.pin(Unaccepted)
			p.Detail, p.key = s.path, f.id
			break
		}
		pins = append(pins, p)
	}
	return pins
}

// listeners are the descriptors of the unix sockets that listen at a path, in our own namespace
// and in that of pid 1.
func (v *vantage) listeners(path string) (files []openFile) {
	if v.unixListeners == nil {
		v.unixListeners = map[string]map[uint64]bool{}
		for _, file := range []string{"/self/net/unix", "/1/net/unix"} {
			text, _ := sys.ReadFile(v.fs.Root() + file)
			for line := range bytes.Lines(text) {
				if s, ok := parseUnix(line); ok && s.listens {
					if v.unixListeners[s.path] == nil {
						v.unixListeners[s.path] = map[uint64]bool{}
					}
					v.unixListeners[s.path][s.ino] = true
				}
			}
		}
	}
	for _, f := range v.classFiles(socketFile) {
		if v.unixListeners[path][f.id] {
			files = append(files, f)
		}
	}
	return files
}

// rings are the packet sockets whose descriptor is closed: who has their ring mapped holds them.
func (v *vantage) rings() (pins []Pin) {
	text, _ := sys.ReadFile(v.fs.Root() + "/thread-self/net/packet")
	for line := range bytes.Lines(text) {
		f := bytes.Fields(line)
		if len(f) < 9 {
			continue
		}
		ino, err := strconv.ParseUint(string(f[8]), 10, 64)
		if _, seen := v.socketNets[ino]; err != nil || ino == 0 || seen {
			continue
		}
		p := Pin{Kind: PacketRing, FD: -1}
		p.PID = v.whoMaps(ino)
		pins = append(pins, p)
	}
	return pins
}

const (
	// maxMaps bounds what is read of the mappings of one process, mapsAtOnce the processes
	// whose mappings are in memory together.
	maxMaps    = 128 << 10
	mapsAtOnce = 64
)

// whoMaps is a process that has a socket mapped, 0 if none is found.
func (v *vantage) whoMaps(ino uint64) int {
	pids, err := v.fs.PIDs()
	if err != nil {
		return 0
	}
	link := []byte("socket:[" + strconv.FormatUint(ino, 10) + "]")
	for some := range slices.Chunk(pids, mapsAtOnce) {
		requests := make([]helper.Request, len(some))
		for i, pid := range some {
			requests[i] = helper.ReadProcessFile(pid, v.fs.Path(pid, "/maps"), maxMaps)
		}
		for i, a := range v.helper.Ask(requests...) {
			if a.Err == nil && bytes.Contains(a.Text, link) {
				return some[i]
			}
		}
	}
	return 0
}

// pending reports whether an io_uring has a request that waits for a file:
//
//	PollList:
//	  op=27, task_works=0
func pending(fdinfo []byte) bool {
	_, after, _ := bytes.Cut(fdinfo, []byte("PollList:\n"))
	return bytes.HasPrefix(bytes.TrimLeft(after, " "), []byte("op="))
}
