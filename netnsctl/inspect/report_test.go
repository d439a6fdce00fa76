package inspect_test

import (
	"encoding/json"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

var host netnsctl.Host

// reports are the reports of the named namespaces, by name.
func reports(t *testing.T, names ...string) map[string]*inspect.Report {
	t.Helper()
	snap, err := discover.Scan(host, discover.Options{Everything: true, Hold: true})
	nstest.Must(t, err)
	t.Cleanup(snap.Close)
	var all []*discover.Namespace
	for _, name := range names {
		ns := snap.Lookup(name)
		if ns == nil {
			t.Fatalf("no namespace %s", name)
		}
		all = append(all, ns)
	}
	found := map[string]*inspect.Report{}
	for i, r := range inspect.Look(snap, all) {
		if r.Namespace != all[i] {
			t.Errorf("the report of %s is that of %s", names[i], r.Namespace)
		}
		found[names[i]] = r
		sameInJSON(t, r)
	}
	return found
}

// sameInJSON decodes what a report is encoded as, and encodes that again.
func sameInJSON(t *testing.T, r *inspect.Report) {
	t.Helper()
	first, err := json.Marshal(r)
	nstest.Must(t, err)
	var decoded inspect.Report
	nstest.Must(t, json.Unmarshal(first, &decoded))
	again, err := json.Marshal(decoded)
	nstest.Must(t, err)
	if diff := cmp.Diff(string(first), string(again)); diff != "" {
		t.Errorf("JSON, decoded and encoded again (-first +again):\n%s", diff)
	}
}

// device is the device of a report with that name.
func device(t *testing.T, r *inspect.Report, name string) inspect.Device {
	t.Helper()
	for _, d := range r.Devices {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("no device %s in %+v (%v)", name, r.Devices, r.Error)
	return inspect.Device{}
}

// TestEnds: the far end of each device is known by its namespace and its name,
// whether in another namespace, in the same, or where no name leads.
func TestEnds(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `
			for name in red blue gone; do ip netns add $name; done
			ip -n red link add v0 type veth peer name v1 netns blue
			ip -n red link add here0 type veth peer name here1
			ip -n red link add link v0 name mac0 netns blue type macvlan
			ip -n red link add far0 type veth peer name far1 netns gone
			touch /run/kept && mount --bind /run/netns/gone /run/kept && ip netns delete gone`)
		all := reports(t, "red", "blue", "/run/kept")
		red, blue, kept := all["red"], all["blue"], all["/run/kept"]
		for _, c := range []struct {
			in     *inspect.Report
			device string
			to     *inspect.Report
			far    string
		}{
			{in: red, device: "v0", to: blue, far: "v1"},
			{in: blue, device: "v1", to: red, far: "v0"},
			{in: red, device: "here0", to: red, far: "here1"},
			{in: blue, device: "mac0", to: red, far: "v0"},
			{in: red, device: "far0", to: kept, far: "far1"},
			{in: kept, device: "far1", to: red, far: "far0"},
		} {
			want := inspect.End{
				Peer: c.device != "mac0", Namespace: c.to.Namespace, Same: c.in == c.to, Index: device(t, c.to, c.far).Index, Device: c.far,
			}
			if got := device(t, c.in, c.device).End; got == nil || *got != want {
				t.Errorf("%s leads to %+v, want %+v", c.device, got, want)
			}
		}
		if device(t, red, "lo").End != nil {
			t.Error("lo leads somewhere")
		}
		if red.Error != "" {
			t.Error(red.Error)
		}
	})
}

// TestUnseenEnd: a device may lead to a namespace whose only process the scan does not
// see, here because something is mounted on the process' directory in /proc.
func TestUnseenEnd(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid := strings.TrimSpace(nstest.Shell(t, `
			ip netns add red
			unshare -n sleep infinity >/dev/null 2>&1 & pid=$!
			until [ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
			ip -n red link add v0 type veth peer name v1 netns $pid
			echo $pid`))
		nstest.Must(t, syscall.Mount("tmpfs", "/proc/"+pid, "tmpfs", 0, ""))
		red := reports(t, "red")["red"]
		if end := device(t, red, "v0").End; end == nil || end.Namespace != nil || end.Same || end.Index == 0 || end.Device != "v1" {
			t.Errorf("v0 leads to %+v, want v1 in a namespace that is not known", end)
		}
	})
}

// TestProcesses: who is inside, with the words of the command, who has the listening
// sockets, and which files exec lays over /etc.
func TestProcesses(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		etc := t.TempDir()
		host := netnsctl.Host{EtcDir: etc}
		nstest.Must(t, host.Add("red"))
		nstest.Must(t, os.Mkdir(etc+"/red", 0o755))
		nstest.Must(t, os.WriteFile(etc+"/red/resolv.conf", nil, 0o644))
		nstest.Shell(t, `ip -n red link set lo up`)
		// A scan leaves out the process that scans: the child has the socket.
		sleep := exec.Command("nsenter", "--net="+host.NamePath("red"), "sleep", "1000")
		nstest.Must(t, host.Do("red", func() error {
			socket, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080})
			if err != nil {
				return err
			}
			defer socket.Close()
			file, err := socket.File()
			sleep.ExtraFiles = []*os.File{file}
			return err
		}))
		nstest.Must(t, sleep.Start())
		pid := sleep.Process.Pid
		nstest.Shell(t, `until grep -qx sleep /proc/$1/comm; do :; done`, strconv.Itoa(pid))

		snap, err := discover.Scan(host, discover.Options{Everything: true, Hold: true})
		nstest.Must(t, err)
		defer snap.Close()
		r := inspect.Look(snap, []*discover.Namespace{snap.Lookup("red")})[0]
		sameInJSON(t, r)
		if diff := cmp.Diff(textjson.Texts{"sleep", "1000"}, r.CommandLines[pid]); diff != "" {
			t.Errorf("the command (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]inspect.Overlay{{Name: "red", Files: []string{etc + "/red/resolv.conf"}, Missing: map[string][]int{etc + "/red/resolv.conf": {pid}}}}, r.Overlays); diff != "" {
			t.Errorf("the overlays (-want +got):\n%s", diff)
		}
		if len(r.Sockets) != 1 {
			t.Fatalf("sockets: %+v", r.Sockets)
		}
		s := r.Sockets[0]
		if s.Local != netip.MustParseAddrPort("127.0.0.1:8080") {
			t.Errorf("the socket: %+v", s)
		}
		if holders := s.Holders; len(holders) != 1 || holders[0].PID != pid || holders[0].Command != "sleep" {
			t.Errorf("the socket's holders: %+v, want process %d", holders, pid)
		}
	})
}

// TestSysctls: the parameters that differ from those of our namespace, which is pid
// 1's here, in the order of their names.
func TestSysctls(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `
			ip netns add red
			ip netns add blue
			ip netns exec red sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.arp_ignore=2 net.ipv4.tcp_mtu_probing=1`)
		all := reports(t, "red", "blue")
		want := []inspect.Difference{
			{Key: "net/ipv4/conf/all/arp_ignore", Value: "2", Default: "0"},
			{Key: "net/ipv4/ip_forward", Value: "1", Default: "0"},
		}
		if diff := cmp.Diff(want, all["red"].Sysctls); diff != "" {
			t.Errorf("red's parameters (-want +got):\n%s", diff)
		}
		if len(all["blue"].Sysctls) != 0 {
			t.Errorf("blue's parameters: %+v", all["blue"].Sysctls)
		}
	})
}

// TestNumbers: the nsid in our namespace, and the user namespace that owns the
// namespace.
func TestNumbers(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `
			ip netns add red
			ip netns add blue
			ip netns set red 7
			unshare -Urn sh -c 'echo $$ >/run/pid; exec sleep infinity' >/dev/null 2>&1 &
			until [ -s /run/pid ]; do :; done
			touch /run/netns/rootless && mount --bind /proc/$(cat /run/pid)/ns/net /run/netns/rootless`)
		all := reports(t, "red", "blue", "rootless")
		if nsid := all["red"].NSID; nsid == nil || *nsid != 7 {
			t.Errorf("red's nsid is %v, want 7", nsid)
		}
		if nsid := all["blue"].NSID; nsid != nil {
			t.Errorf("blue's nsid is %d, want none", *nsid)
		}
		for name, r := range all {
			path := "/proc/self/ns/user"
			if name == "rootless" {
				path = "/proc/" + strings.TrimSpace(nstest.Shell(t, "cat /run/pid")) + "/ns/user"
			}
			var st syscall.Stat_t
			nstest.Must(t, syscall.Stat(path, &st))
			if r.User == nil || r.User.Ino != st.Ino {
				t.Errorf("%s belongs to %+v, want user:[%d]", name, r.User, st.Ino)
			}
		}
	})
}
