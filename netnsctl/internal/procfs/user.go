package procfs

import (
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// userIDs are the real, effective and saved user IDs of a process, from the line Uid: of
// /proc/PID/status.
func userIDs(h *helper.Helper, root string, pid int) (ids [3]int64, ok bool) {
	for line := range strings.Lines(read(h, root, pid, "/status")) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[0] != "Uid:" {
			continue
		}
		for i := range ids {
			uid, err := strconv.ParseUint(fields[i+1], 10, 32)
			if err != nil {
				return ids, false
			}
			ids[i] = int64(uid)
		}
		return ids, true
	}
	return ids, false
}

// EffectiveUser is the effective user ID of a process; -1 if that has ended.
func EffectiveUser(h *helper.Helper, root string, pid int) int64 {
	if ids, ok := userIDs(h, root, pid); ok {
		return ids[1]
	}
	return -1
}

// UserOf is the user who answers for a process, -1 if that has ended: its real user, who has
// started it, or the creator of the user namespace that it is in, who may do there what he
// likes, whatever the user IDs are ([sys.CreatorOf]). sole says that the process acts for no
// other user: it is no set-user-ID program. Where the process does not answer, its user namespace
// is not known, and uid is its real user.
func UserOf(h *helper.Helper, root string, pid int) (uid int64, sole bool) {
	ids, ok := userIDs(h, root, pid)
	if !ok {
		return -1, false
	}
	fd, err := OpenNamespace(h, root, path(root, pid, "/ns/user"))
	if err != nil {
		return ids[0], false
	}
	defer sys.Close(fd)
	creator, foreign, err := sys.CreatorOf(fd)
	if foreign && err == nil {
		return int64(creator), true
	}
	return ids[0], err == nil && ids[0] == ids[1] && ids[0] == ids[2]
}

// maxPasswd bounds how much of /etc/passwd is read.
const maxPasswd = 1 << 20

// UserName is the name of a user in /etc/passwd, else the number. It asks no other database:
// one in the network may not answer.
func UserName(uid int64) string {
	if entry := passwd(uid); entry != nil {
		return entry[0]
	}
	return strconv.FormatInt(uid, 10)
}

// Home is the home directory of a user in /etc/passwd, empty if he has none there.
func Home(uid int64) string {
	if entry := passwd(uid); len(entry) > 5 {
		return entry[5]
	}
	return ""
}

// passwd are the fields of a user in /etc/passwd, nil if he is not there.
func passwd(uid int64) []string {
	file, err := os.Open("/etc/passwd")
	if err != nil {
		return nil
	}
	defer file.Close()
	number := strconv.FormatInt(uid, 10)
	text, _ := io.ReadAll(io.LimitReader(file, maxPasswd))
	for line := range strings.Lines(string(text)) {
		if fields := strings.Split(strings.TrimSpace(line), ":"); len(fields) > 3 && fields[2] == number {
			return fields
		}
	}
	return nil
}

// Who says for people which process it is, and whose if it is not root's.
func Who(h *helper.Helper, root string, pid int) string {
	user := ""
	if uid, _ := UserOf(h, root, pid); uid > 0 {
		user = UserName(uid)
	}
	return Label(pid, Command(h, root, pid), user)
}

// Label is a process in words, such as "pid 812 of user alice (sleep)". The command stands
// last, because the process chooses it. Command and user may be empty.
func Label(pid int, command, user string) string {
	label := "pid " + strconv.Itoa(pid)
	if user != "" {
		label += " of user " + user
	}
	if command != "" {
		label += " (" + command + ")"
	}
	return label
}
