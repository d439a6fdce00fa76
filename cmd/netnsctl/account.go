package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// account is a user of the system, as passwd(5) has it.
type account struct {
	name        string
	uid, gid    uint32
	home, shell string
	// known: there is an entry; remote: getent has it and /etc/passwd has not.
	known, remote bool
}

// findAccount gives the account of a user, by his name or number. A number without an entry has
// itself as its name, and the root directory as its home, as for sudo(8).
func findAccount(word string) (account, error) {
	uid, err := parseID(word)
	isNumber := err == nil
	text, err := os.ReadFile("/etc/passwd") // package os/user does not give the shell
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return account{}, err
	}
	for line := range strings.Lines(string(text)) {
		a, ok := parseAccount(strings.TrimSuffix(line, "\n"))
		if ok && (a.name == word && !isNumber || isNumber && a.uid == uid) {
			return a, nil
		}
	}
	line, err := getent("passwd", word)
	switch {
	case err != nil:
		return account{}, err
	case line == "" && isNumber:
		return account{name: word, uid: uid, home: "/", shell: plainShell}, nil
	case line == "":
		return account{}, fmt.Errorf("no user %s in /etc/passwd%s", quote(word), askedGetent())
	}
	// The name may be written in another way, such as alice for ALICE@EXAMPLE.ORG.
	a, ok := parseAccount(line)
	if !ok || isNumber && a.uid != uid || !path.IsAbs(a.home) || !path.IsAbs(a.shell) {
		return account{}, oddAnswer("passwd", line)
	}
	a.remote = true
	return a, nil
}

// parseAccount reads a line of passwd(5): name, password, uid, gid, comment, home, shell.
func parseAccount(line string) (a account, ok bool) {
	fields := strings.Split(line, ":")
	if len(fields) != 7 || fields[0] == "" {
		return a, false
	}
	uid, uidErr := parseID(fields[2])
	gid, gidErr := parseID(fields[3])
	a = account{name: fields[0], uid: uid, gid: gid, home: cmp.Or(fields[5], "/"), shell: cmp.Or(fields[6], plainShell), known: true}
	return a, uidErr == nil && gidErr == nil
}

// env are the changes of the environment for a command of the user: what su(1) sets, the
// user's runtime directory, and nothing that leads to start files, directories or the session
// of the caller.
func (a account) env() []string {
	changes := []string{
		"HOME=" + a.home, "USER=" + a.name, "LOGNAME=" + a.name, "SHELL=" + a.shell,
		"ENV", "BASH_ENV", "ZDOTDIR", "MAIL", "TMPDIR", "DBUS_SESSION_BUS_ADDRESS",
		"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME",
	}
	runtime := "/run/user/" + strconv.FormatUint(uint64(a.uid), 10)
	if info, err := os.Lstat(runtime); err == nil && info.IsDir() {
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid == a.uid {
			return append(changes, "XDG_RUNTIME_DIR="+runtime)
		}
	}
	return append(changes, "XDG_RUNTIME_DIR")
}
