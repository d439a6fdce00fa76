package main

import (
	"errors"
	"fmt"
	"os/user"
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
