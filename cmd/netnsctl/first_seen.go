package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// dating is how ages that nothing tells are counted from the time at which something was seen
// first.
type dating struct {
	keep     bool // writes down what is seen first now
	recorded bool // leaves the age unknown of what is seen first now
	certain  bool // for ages after which something is removed
}

// date dates orphans and stale names whose age nothing tells by the first time at which check,
// metrics or a clean-up has seen them. The error says why that cannot be known or kept: then
// everything would be seen for the first time again and again, so the ages stay unknown.
func (d dating) date(snap *discover.Snapshot) error {
	if snap.Undated() == 0 {
		return nil
	}
	dir, err := stateDir()
	if err != nil {
		return err
	}
	if err := d.dateBy(snap, dir); err != nil {
		return fmt.Errorf("%s: %w", dir, bare(err))
	}
	return nil
}

func (d dating) dateBy(snap *discover.Snapshot, dir string) error {
	if d.keep {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	file := filepath.Join(dir, "first-seen.json")
	seen, err := readFirstSeen(dir, file)
	if err == nil && !d.recorded {
		seen, err = snap.FirstSeen(seen)
	}
	if err == nil && d.keep {
		err = writeFirstSeen(file, seen)
	}
	if err != nil {
		return err
	}
	return snap.DateBy(seen, d.certain)
}

// readFirstSeen reads the record in a directory, if there is one.
func readFirstSeen(dir, file string) (seen discover.FirstSeen, err error) {
	err = isOwnDirectory(dir)
	if err == nil {
		var text []byte
		text, err = os.ReadFile(file)
		_ = json.Unmarshal(text, &seen) // one that was damaged is made anew
	}
	if os.IsNotExist(err) {
		err = nil
	}
	return seen, err
}

func writeFirstSeen(file string, seen discover.FirstSeen) error {
	text, err := encode(seen, true)
	if err != nil {
		return err
	}
	return replaceFile(file, text)
}

// stateDir is where check, metrics and clean-up keep what they need from one run to the next: the
// directory that systemd has made for the unit (systemd.exec(5)), else one that ends with the
// boot, as all that is kept does, or for an ordinary user that of his own
// (XDG Base Directory Specification). Whoever starts a program that has more privilege than he
// has chooses no file for it.
func stateDir() (string, error) {
	environment := func(name string) string {
		if value, _, _ := strings.Cut(os.Getenv(name), ":"); filepath.IsAbs(value) && !proc.HasMoreThanCaller() {
			return value
		}
		return ""
	}
	if dir := environment("STATE_DIRECTORY"); dir != "" {
		return dir, nil
	}
	if os.Geteuid() == 0 {
		return "/run/netnsctl", nil
	}
	if dir := environment("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "netnsctl"), nil
	}
	if home := environment("HOME"); home != "" {
		return filepath.Join(home, ".local/state/netnsctl"), nil
	}
	return "", errors.New("neither STATE_DIRECTORY, XDG_STATE_HOME nor HOME is set")
}

// isOwnDirectory makes sure that nobody else can put a file into a directory.
func isOwnDirectory(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, _ := info.Sys().(*syscall.Stat_t)
	const othersWrite = 0o022
	switch {
	case !info.IsDir():
		return errors.New("not a directory")
	case stat == nil || int(stat.Uid) != os.Geteuid():
		return errors.New("belongs to another user")
	case info.Mode().Perm()&othersWrite != 0:
		return errors.New("others may write there")
	}
	return nil
}
