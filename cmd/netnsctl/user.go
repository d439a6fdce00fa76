package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// lookupUser reads U or U:G, each a name or a number. A user's further groups are
// those of /etc/group, with another G too.
func lookupUser(word string) (*netnsctl.User, error) {
	userWord, groupWord, hasGroup := strings.Cut(word, ":")
	u := &netnsctl.User{}
	entry, uid, err := findUser(userWord)
	if err != nil {
		return nil, err
	}
	u.UID = uid
	if entry != nil {
		if u.GID, err = number(entry.Gid); err != nil {
			return nil, err
		}
		ids, err := entry.GroupIds()
		if err != nil {
			return nil, fmt.Errorf("the groups of user %s: %w", quote(userWord), err)
		}
		for _, id := range ids {
			group, err := number(id)
			if err != nil {
				return nil, err
			}
			u.Groups = append(u.Groups, group)
		}
	}
	switch {
	case hasGroup:
		if u.GID, err = findGroup(groupWord); err != nil {
			return nil, err
		}
	case entry == nil:
		return nil, fmt.Errorf("user %s is not in /etc/passwd: give the group, too, as %s:GID", userWord, userWord)
	}
	return u, nil
}

// findUser gives the entry of a user, nil for a number that has none.
func findUser(word string) (entry *user.User, uid uint32, err error) {
	if uid, err = number(word); err == nil {
		if entry, err = user.LookupId(word); errors.As(err, new(user.UnknownUserIdError)) {
			return nil, uid, nil
		}
		return entry, uid, err
	}
	entry, err = user.Lookup(word)
	if err != nil {
		return nil, 0, fmt.Errorf("no user %s in /etc/passwd", quote(word))
	}
	uid, err = number(entry.Uid)
	return entry, uid, err
}

// userName is the name of a user, or his number where /etc/passwd has none.
func userName(uid int64) string {
	if uid < 0 {
		return "-"
	}
	number := strconv.FormatInt(uid, 10)
	if entry, err := user.LookupId(number); err == nil {
		return quote(entry.Username)
	}
	return number
}

func findGroup(word string) (gid uint32, err error) {
	if gid, err = number(word); err == nil {
		return gid, nil
	}
	entry, err := user.LookupGroup(word)
	if err != nil {
		return 0, fmt.Errorf("no group %s in /etc/group", quote(word))
	}
	return number(entry.Gid)
}

// number reads the number of a user or group: -1, which means none to the kernel,
// is no such number.
func number(word string) (uint32, error) {
	n, err := strconv.ParseUint(word, 10, 32)
	if err != nil || n == 1<<32-1 {
		return 0, fmt.Errorf("%s is not a valid user or group ID", quote(word))
	}
	return uint32(n), nil
}

// plainShell is for whoever has no other shell.
const plainShell = "/bin/sh"

// newShellStart chooses the shell: the program that was asked for, else the login
// shell of the user that the process becomes, else $SHELL.
func newShellStart(program string, user *netnsctl.User) (*shellStart, error) {
	start := &shellStart{uid: os.Geteuid()}
	own, whose := "", "$SHELL"
	if user == nil {
		if !netnsctl.HasMoreThanCaller() {
			own, _ = netnsctl.Getenv("SHELL")
		}
	} else {
		a, err := accountOf(user.UID)
		if err != nil {
			return nil, err
		}
		own, whose = a.shell, "the login shell of "+quote(a.name)
		start.env, start.uid = a.env(), int(user.UID)
	}
	if program == "" {
		if why := shellRefusal(own); why != "" {
			return nil, fmt.Errorf("%s is %s, %s; to choose another shell: --shell PROGRAM", whose, quote(own), why)
		}
		program = plainShell
		if isProgram(own) {
			program = own
		}
	}
	start.argv = []string{program}
	return start, nil
}

// isProgram tells whether a shell can be started by its path.
func isProgram(file string) bool {
	info, err := os.Stat(file)
	return path.IsAbs(file) && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// shellRefusal says why a shell is not meant for interactive work, if it is not.
func shellRefusal(shell string) string {
	switch path.Base(shell) {
	case "nologin", "false", "true", "sync", "halt", "shutdown":
		return "which lets nobody in"
	case "rbash", "rksh", "rksh93", "rmksh", "rzsh", "rsh", "rssh", "git-shell", "lshell", "scponly":
		return "a restricted shell"
	}
	return ""
}

// account is a user as /etc/passwd has him.
type account struct{ name, home, shell string }

// accountOf gives a user who is not in /etc/passwd the root directory as his home.
func accountOf(uid uint32) (account, error) {
	number := strconv.FormatUint(uint64(uid), 10)
	text, err := os.ReadFile("/etc/passwd")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return account{}, err
	}
	for line := range strings.Lines(string(text)) {
		// passwd(5): name, password, uid, gid, comment, home, shell.
		fields := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if len(fields) == 7 && fields[2] == number {
			return account{fields[0], cmp.Or(fields[5], "/"), cmp.Or(fields[6], plainShell)}, nil
		}
	}
	return account{number, "/", plainShell}, nil
}

// env is what su(1) changes in the environment. Variables that lead to start files
// and directories of the caller's own are removed.
func (a account) env() []string {
	return []string{
		"HOME=" + a.home, "USER=" + a.name, "LOGNAME=" + a.name, "SHELL=" + a.shell,
		"ENV", "BASH_ENV", "ZDOTDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
	}
}
