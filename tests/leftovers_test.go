package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// guardMachine remembers what the machine looks like and gives a function that
// tells what has changed since.
func guardMachine() (check func() []string) {
	// Orphans of a test come to us, so that we can tell.
	unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	exec.Command("true").Run() // descriptors that the Go runtime keeps
	mounts, names, fds := mountLines(), runNames(), openFiles()
	return func() []string {
		problems := added("mount ", mounts, mountLines())
		problems = append(problems, added("name /run/netns/", names, runNames())...)
		problems = append(problems, leftProcesses()...)
		return append(problems, added("descriptor ", fds, openFiles())...)
	}
}

func added(what string, before, after []string) (problems []string) {
	for _, line := range after {
		if !slices.Contains(before, line) {
			problems = append(problems, what+line)
		}
	}
	return problems
}

func mountLines() []string {
	text, _ := os.ReadFile("/proc/self/mountinfo")
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func runNames() (names []string) {
	entries, _ := os.ReadDir("/run/netns")
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func openFiles() (files []string) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		// The directory itself is open while it is read.
		if target, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && !strings.HasPrefix(target, "/proc/") {
			files = append(files, e.Name()+" "+target)
		}
	}
	return files
}

// leftProcesses names our children. What has just been killed may take a moment
// to disappear.
func leftProcesses() (left []string) {
	for range 500 {
		for {
			if pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); pid <= 0 || err != nil {
				break
			}
		}
		if left = children(); len(left) == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return left
}

func children() (found []string) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		var state string
		var parent int
		end := strings.LastIndexByte(string(text), ')')
		fmt.Sscan(string(text[end+1:]), &state, &parent)
		if parent == os.Getpid() {
			found = append(found, "process "+string(text[:end+1]))
		}
	}
	return found
}
