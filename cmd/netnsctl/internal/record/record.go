// Package record writes entries to the log of the machine: to journald, or else to syslog. A
// machine without either, such as a container, has no log, and entries are dropped.
//
// The sockets lie in directories of root. A user can put others in their place only in a mount
// namespace of his own, and netnsctl refuses to clean up there.
package record

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// Priority is the urgency of an entry, as in syslog(3).
type Priority int

// The priorities.
const (
	Error  Priority = 3
	Notice Priority = 5
	Info   Priority = 6
)

// Entry is one entry.
type Entry struct {
	Priority Priority
	// Message is a sentence for people, in printable characters.
	Message string
	// Fields are facts for programs. Several may have the same key.
	Fields []Field
}

// Field is a fact. Key has lower-case letters and underscores, Value any bytes.
type Field struct{ Key, Value string }

// sink is a socket that takes entries in a format.
type sink struct {
	network, path string
	format        func(Entry) []byte
}

// sinks are tried in this order. Like the C library, the package speaks to a syslog daemon that
// listens on a stream, too.
var sinks = []sink{
	{"unixgram", "/run/systemd/journal/socket", journal},
	{"unixgram", "/dev/log", syslog},
	{"unix", "/dev/log", syslog},
}

// The socket of a log that does not read, or that other users keep full, may hold up the program
// for patience and, as each entry takes a log that is well some time, for pace with each entry.
const (
	patience = 2 * time.Second
	pace     = time.Millisecond
)

// Log is the log of the machine. It is connected to with the first entry.
type Log struct {
	sinks  []sink
	sink   sink
	conn   *net.UnixConn // nil before the first entry, and where there is no log
	absent bool
	rest   time.Duration // of patience
	stuck  error         // is returned for all further entries
}

// New returns the log of this machine.
func New() *Log { return &Log{sinks: sinks, rest: patience} }

// Write writes an entry. The error is nil where there is no log. After the log has not taken an
// entry in time, Write gives it up, and fails at once.
func (l *Log) Write(e Entry) error {
	if l.absent || l.stuck != nil {
		return l.stuck
	}
	before := l.conn
	err := l.send(e)
	if err != nil && before != nil && l.stuck == nil {
		l.Close() // the daemon has a new socket after it was started again
		err = l.send(e)
	}
	return err
}

func (l *Log) send(e Entry) error {
	if l.conn == nil && !l.connect() {
		if l.stuck != nil {
			return l.stuck
		}
		if l.sink.path != "" { // it was there
			return fmt.Errorf("%s does not answer any more", l.sink.path)
		}
		l.absent = true
		return nil
	}
	data, began := l.sink.format(e), time.Now()
	if err := l.conn.SetWriteDeadline(began.Add(l.rest)); err != nil {
		return err
	}
	_, err := l.conn.Write(data)
	l.rest = min(patience, l.rest+pace-time.Since(began))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		l.stuck = fmt.Errorf("%s takes no entries", l.sink.path)
		return l.stuck
	}
	return err
}

// connect connects with the first log that is there. One that does not answer in time is stuck.
func (l *Log) connect() bool {
	for _, s := range l.sinks {
		conn, err := (&net.Dialer{Timeout: max(l.rest, time.Millisecond)}).Dial(s.network, s.path)
		if unix, ok := conn.(*net.UnixConn); ok && err == nil {
			l.sink, l.conn = s, unix
			return true
		}
		if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
			l.stuck = fmt.Errorf("%s takes no entries", s.path)
			return false
		}
	}
	return false
}

// Close ends the connection.
func (l *Log) Close() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}
