package record

import (
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// identifier is the name under which the entries are found (journalctl -t).
const identifier = "netnsctl"

// facility is that of system daemons (LOG_DAEMON of syslog(3)).
const facility = 3

// journal formats an entry for journald (https://systemd.io/JOURNAL_NATIVE_PROTOCOL).
func journal(e Entry) []byte {
	data := journalField(nil, "MESSAGE", e.Message)
	data = journalField(data, "PRIORITY", strconv.Itoa(int(e.Priority)))
	data = journalField(data, "SYSLOG_IDENTIFIER", identifier)
	data = journalField(data, "SYSLOG_FACILITY", strconv.Itoa(facility))
	for _, f := range e.Fields {
		data = journalField(data, "NETNSCTL_"+strings.ToUpper(f.Key), f.Value)
	}
	return data
}

// journalField appends a field. The length stands before a value with a newline, which would
// begin another field otherwise.
func journalField(data []byte, key, value string) []byte {
	data = append(data, key...)
	if strings.Contains(value, "\n") {
		data = append(data, '\n')
		data = binary.LittleEndian.AppendUint64(data, uint64(len(value)))
	} else {
		data = append(data, '=')
	}
	return append(append(data, value...), '\n')
}

// syslog formats an entry as syslog(3) does: the message, and the fields as key="value". In the
// message and in the values "=" is written "\x3d": what looks like a field is one.
func syslog(e Entry) []byte {
	var line strings.Builder
	fmt.Fprintf(&line, "<%d>%s %s[%d]: %s", facility<<3|int(e.Priority), time.Now().Format(time.Stamp),
		identifier, os.Getpid(), withoutEqualSigns(e.Message))
	for _, f := range e.Fields {
		line.WriteString(" " + f.Key + "=" + withoutEqualSigns(strconv.Quote(f.Value)))
	}
	return []byte(line.String() + "\n")
}

func withoutEqualSigns(text string) string { return strings.ReplaceAll(text, "=", `\x3d`) }
