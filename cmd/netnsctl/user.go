package main

import (
	"fmt"
	"os/user"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// lookupUser reads USER or USER:GROUP, each a name or a number. The supplementary groups are
// those of USER, also beside another GROUP.
func lookupUser(word string) (*account, *netnsctl.User, error) {
	userWord, groupWord, hasGroup := strings.Cut(word, ":")
	a, err := findAccount(userWord)
	if err != nil {
		return nil, nil, err
	}
	u := &netnsctl.User{UID: a.uid, GID: a.gid}
	if a.known {
		u.Groups, err = groupsOf(a)
	}
	switch {
	case err != nil:
	case hasGroup:
		u.GID, err = findGroup(groupWord)
	case !a.known:
		err = fmt.Errorf("user %s has no entry in /etc/passwd%s: give the group, too, as %s:GID", userWord, askedGetent(), userWord)
	}
	return &a, u, err
}

func findGroup(word string) (gid uint32, err error) {
	if gid, err = parseID(word); err == nil {
		return gid, nil
	}
	if entry, err := user.LookupGroup(word); err == nil {
		return parseID(entry.Gid)
	}
	line, err := getent("group", word)
	if err != nil {
		return 0, err
	}
	if line == "" {
		return 0, fmt.Errorf("no group %s in /etc/group%s", quote(word), askedGetent())
	}
	// group(5): name, password, gid, members.
	fields := strings.Split(line, ":")
	if len(fields) != 4 {
		return 0, oddAnswer("group", line)
	}
	if gid, err = parseID(fields[2]); err != nil {
		return 0, oddAnswer("group", line)
	}
	return gid, nil
}

// groupsOf are the groups of a user: his own, those of /etc/group and, for a user that
// /etc/passwd lacks, those of getent.
func groupsOf(a account) ([]uint32, error) {
	ids, err := (&user.User{Username: a.name, Gid: strconv.FormatUint(uint64(a.gid), 10)}).GroupIds()
	if err != nil {
		return nil, fmt.Errorf("the groups of user %s: %w", quote(a.name), err)
	}
	if a.remote {
		line, err := getent("initgroups", a.name)
		if err != nil {
			return nil, err
		}
		// The name, and a number for each group.
		if fields := strings.Fields(line); len(fields) > 0 {
			ids = append(ids, fields[1:]...)
		}
	}
	var groups []uint32
	for _, id := range ids {
		gid, err := parseID(id)
		if err != nil {
			return nil, fmt.Errorf("the groups of user %s: %w", quote(a.name), err)
		}
		groups = append(groups, gid)
	}
	return groups, nil
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
