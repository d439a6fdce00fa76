package tests

import (
	"strings"
	"testing"
)

// hiddenSockets hold the namespace x by a socket that no descriptor leads to. The scripts end
// with the pid of the holder, if there is one.
var hiddenSockets = []struct{ name, hold, said string }{
	{
		name: "connection not accepted",
		hold: `
			cat >/run/listen.py <<-'EOF'
			import socket, time
			s = socket.socket(socket.AF_UNIX); s.bind("/run/d.sock"); s.listen(5)
			open("/run/up", "w").close(); time.sleep(1000)
			EOF
			python3 /run/listen.py >/dev/null 2>&1 & p=$!
			while ! test -e /run/up; do sleep 0.01; done
			netnsctl exec x python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("/run/d.sock")'
			echo $p`,
		said: "pid PID (python3): connection not accepted by /run/d.sock, descriptor ",
	},
	{
		name: "TCP without a process",
		hold: `
			ip link add here type veth peer name there netns x
			ip addr add 10.9.9.1/24 dev here; ip link set here up
			ip -n x addr add 10.9.9.9/24 dev there; ip -n x link set there up
			cat >/run/serve.py <<-'EOF'
			import socket, time
			s = socket.socket(); s.bind(("10.9.9.1", 5000)); s.listen()
			open("/run/up", "w").close(); time.sleep(1000)
			EOF
			python3 /run/serve.py >/dev/null 2>&1 &
			while ! test -e /run/up; do sleep 0.01; done
			netnsctl exec x python3 -c 'import socket
s = socket.create_connection(("10.9.9.1", 5000)); s.setblocking(False)
try:
    while True: s.send(b"x" * 65536)
except BlockingIOError: pass'
			ip link set here down`,
		said: "socket tcp fin-wait-1 from 10.9.9.9:",
	},
}

// TestDeleteHiddenSockets: delete says what holds a namespace by a socket that no descriptor leads
// to. After the deletion nothing tells that any more.
func TestDeleteHiddenSockets(t *testing.T) {
	needIP(t)
	for _, c := range hiddenSockets {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			pid := lastWord(w.shell("netnsctl add x\n" + c.hold))
			want := strings.ReplaceAll(c.said, "PID", pid)
			for _, words := range [][]string{{"delete", "--dry-run", "x"}, {"inspect", "x"}, {"delete", "--verbose", "x"}} {
				a := w.run(words...)
				if !strings.Contains(a.stdout, want) {
					t.Errorf("%q: %v, not %s", words, a, want)
				}
			}
		})
	}
}
