package record

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	l := &Log{sinks: []sink{{"unixgram", path, func(e Entry) []byte { return []byte(e.Message) }}}}
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
