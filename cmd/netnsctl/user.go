package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// lookupUser reads USER or USER:GROUP, each a name or a number. The supplementary
// groups are those of USER in /etc/group, also beside another GROUP.
func lookupUser(word string) (*netnsctl.User, error) {
	userWord, groupWord, hasGroup := strings.Cut(word, ":")
	u := &netnsctl.User{}
	entry, err := findUser(userWord)
	if err != nil {
		return nil, err
	}
	if u.UID, err = parseID(entry.Uid); err != nil {
		return nil, err
	}
	known := entry.Username != ""
	if known {
		if u.GID, err = parseID(entry.Gid); err != nil {
			return nil, err
		}
		ids, err := entry.GroupIds()
		if err != nil {
			return nil, fmt.Errorf("the groups of user %s: %w", quote(userWord), err)
		}
		for _, id := range ids {
			group, err := parseID(id)
			if err != nil {
				return nil, err
			}
			u.Groups = append(u.Groups, group)
		}
	}
	switch {
	case hasGroup:
		u.GID, err = findGroup(groupWord)
	case !known:
		err = fmt.Errorf("user %s is not in /etc/passwd: give the group, too, as %s:GID", userWord, userWord)
	}
	return u, err
}

// findUser gives the entry of a user. The entry of a number that /etc/passwd lacks has
// only the number.
func findUser(word string) (*user.User, error) {
	if _, err := parseID(word); err == nil {
		entry, err := user.LookupId(word)
		if errors.As(err, new(user.UnknownUserIdError)) {
			return &user.User{Uid: word}, nil
		}
		return entry, err
	}
	entry, err := user.Lookup(word)
	if err != nil {
		return nil, fmt.Errorf("no user %s in /etc/passwd", quote(word))
	}
	return entry, nil
}

func findGroup(word string) (gid uint32, err error) {
	if gid, err = parseID(word); err == nil {
		return gid, nil
	}
	entry, err := user.LookupGroup(word)
	if err != nil {
		return 0, fmt.Errorf("no group %s in /etc/group", quote(word))
	}
	return parseID(entry.Gid)
}

// parseID reads the number of a user or group. The kernel reads -1 as "no ID".
func parseID(word string) (uint32, error) {
	n, err := strconv.ParseUint(word, 10, 32)
	if err != nil || n == 1<<32-1 {
		return 0, fmt.Errorf("%s is not a valid user or group ID", quote(word))
	}
	return uint32(n), nil
}

// userName is the name of a user, or the number where /etc/passwd lacks it.
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

// account is the home and the login shell of a user.
type account struct{ name, home, shell string }

// accountOf reads /etc/passwd: package os/user does not give the login shell. A user
// that /etc/passwd lacks has the root directory as home.
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

// env is the environment that su(1) changes, without the variables that lead to start
// files and directories of the caller.
func (a account) env() []string {
	return []string{
		"HOME=" + a.home, "USER=" + a.name, "LOGNAME=" + a.name, "SHELL=" + a.shell,
		"ENV", "BASH_ENV", "ZDOTDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
	}
}
