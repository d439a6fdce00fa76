package keep

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Dir is the directory of the files.
const Dir = "/etc/netnsctl/keep.d"

// Limits of what is read.
const (
	maxFiles = 1000
	maxBytes = 1 << 20 // of all files together
	maxRules = 1000
)

// Problem is a directory, a file or a line that could not be read or understood: what it wants
// kept is not known.
type Problem struct {
	Place string // FILE or FILE:LINE
	Why   string
}

// Read reads all files, in alphabetical order, below root, or below "/" if root is empty. A
// symbolic link is followed: root has put it there. No directory is no rule, but a link that leads
// nowhere is a problem: it may lead to what is not mounted yet.
//
// What others than root can write is not believed. They could only keep things, and so silence
// the alarm about them.
func Read(root string) (rules Rules, problems []Problem) {
	dir, err := sys.Hold(-1, root+Dir, sys.Follow|sys.DirectoryOnly)
	if err == syscall.ENOENT {
		return nil, dangling(root)
	}
	var names []string
	why := problemOf(err)
	if err == nil {
		defer sys.Close(dir)
		if why = distrust(dir); why == "" {
			names, err = sys.Names(sys.FDPath(dir))
			why = problemOf(err)
		}
	}
	if why != "" {
		return nil, []Problem{{Dir, why}}
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		return strings.HasPrefix(name, ".") || !strings.HasSuffix(name, ".conf")
	})
	slices.Sort(names)
	left := maxBytes
	for i, name := range names {
		file := Dir + "/" + name
		text, why := readFile(dir, name, left)
		switch left -= len(text); {
		case i == maxFiles:
			return rules, append(problems, Problem{file, "more than " + strconv.Itoa(maxFiles) + " files"})
		case why != "":
			problems = append(problems, Problem{file, why})
			continue
		}
		more, wrong := parse(file, text)
		rules, problems = append(rules, more...), append(problems, wrong...)
		if len(rules) > maxRules {
			return rules[:maxRules], append(problems, Problem{rules[maxRules].Place, "more than " + strconv.Itoa(maxRules) + " lines"})
		}
	}
	return rules, problems
}

// dangling is the problem where a symbolic link is the reason why there is no directory.
func dangling(root string) []Problem {
	for file := Dir; file != "/"; file = path.Dir(file) {
		var st sys.FileStat
		if err := sys.StatNoFollow(root+file, &st); err == syscall.ENOENT {
			continue
		}
		if err := sys.StatFollow(root+file, &st); err != nil {
			return []Problem{{file, "a symbolic link that leads nowhere"}}
		}
		break
	}
	return nil
}

func readFile(dir int, name string, limit int) (text, why string) {
	fd, err := sys.Hold(dir, name, sys.Follow)
	if err != nil {
		return "", problemOf(err)
	}
	defer sys.Close(fd)
	if why := distrust(fd); why != "" {
		return "", why
	}
	data, err := sys.ReadHeld(fd, limit)
	return string(data), problemOf(err)
}

// distrust says why somebody else than root may have written what an O_PATH descriptor holds.
func distrust(fd int) string {
	var st sys.FileStat
	switch err := sys.StatFD(fd, &st); {
	case err != nil:
		return problemOf(err)
	case st.UID != 0:
		return "not owned by root"
	case st.Mode&0o022 != 0:
		return "writable by others than root"
	}
	return ""
}

// problemOf is an error of the directory or of a file for people.
func problemOf(err error) string {
	switch err {
	case nil:
		return ""
	case syscall.EINVAL: // see [sys.ReadHeld]
		return "not a regular file"
	case syscall.EFBIG:
		return "larger than 1 MiB, together with the files before it"
	}
	return err.Error()
}

func placeOf(file string, line int) string { return file + ":" + strconv.Itoa(line) }
