package record

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func listen(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func read(t *testing.T, conn *net.UnixConn) string {
	t.Helper()
	buffer := make([]byte, 1<<16)
	n, err := conn.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	return string(buffer[:n])
}

// TestRestart: the log gets entries also after its daemon was started again, and after an entry
// that was too long for it.
func TestRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := New()
	l.sinks = []sink{{"unixgram", path, func(e Entry) []byte { return []byte(e.Message) }}}
	defer l.Close()
	for _, message := range []string{"first", "second"} {
		os.Remove(path) // of the daemon before
		daemon := listen(t, path)
		if l.Write(Entry{Message: strings.Repeat("x", 1<<24)}) == nil {
			t.Error("the kernel takes a datagram of 16 MiB")
		}
		if err := l.Write(Entry{Message: message}); err != nil {
			t.Error(err)
		}
		if got := read(t, daemon); got != message {
			t.Errorf("%q, want %q", got, message)
		}
		daemon.Close()
	}
}

// TestSlow: a log that takes entries, but slowly, is given up when it has used up the patience.
func TestSlow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := New()
	l.sinks = []sink{{"unixgram", path, func(e Entry) []byte { return []byte(e.Message) }}}
	l.rest = 100 * time.Millisecond
	defer l.Close()
	daemon := listen(t, path)
	go func() {
		for range time.Tick(20 * time.Millisecond) {
			if _, err := daemon.Read(make([]byte, 1)); err != nil {
				return
			}
		}
	}()
	for i := range 100_000 { // more than any queue of a socket has
		if err := l.Write(Entry{Message: "x"}); err == nil {
			continue
		}
		if i < 2 || l.Write(Entry{Message: "x"}) == nil {
			t.Errorf("given up after %d entries, and not for good", i)
		}
		return
	}
	t.Error("the log holds up the program as long as it likes")
}
