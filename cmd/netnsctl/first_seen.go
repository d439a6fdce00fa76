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

// dateByFirstSeen dates orphans and stale names whose age nothing tells by the first time at
// which check or metrics has seen them. The error says why that cannot be kept: then everything
// would be seen for the first time again and again, so the ages stay unknown.
func dateByFirstSeen(snap *discover.Snapshot) error {
	if snap.Undated() == 0 {
		return nil
	}
	dir, err := stateDir()
	if err != nil {
		return err
	}
	seen, err := keepFirstSeen(snap, dir)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, bare(err))
	}
	snap.DateBy(seen)
	return nil
}

// keepFirstSeen brings the record in a directory up to date.
func keepFirstSeen(snap *discover.Snapshot, dir string) (seen discover.FirstSeen, err error) {
	if err := makeOwnDirectory(dir); err != nil {
		return seen, err
	}
	file := filepath.Join(dir, "first-seen.json")
	var before discover.FirstSeen
	switch text, err := os.ReadFile(file); {
	case err == nil:
		_ = json.Unmarshal(text, &before) // one that was damaged is made anew
	case !os.IsNotExist(err):
		return seen, err
	}
	if seen, err = snap.FirstSeen(before); err != nil {
		return seen, err
	}
	text, err := encode(seen, true)
	if err == nil {
		err = replaceFile(file, text)
	}
	return seen, err
}

// stateDir is where check and metrics keep what they need from one run to the next: the
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

// makeOwnDirectory makes a directory if it is not there, and makes sure that nobody else can
// put a file into it.
func makeOwnDirectory(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
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
