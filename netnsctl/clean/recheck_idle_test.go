package clean_test

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// idlePlan makes a plan for idle names on a machine without records.
func idlePlan(t *testing.T, steps int) (*discover.Snapshot, *clean.Plan) {
	t.Helper()
	at := host
	at.StateRoot = "/run/state"
	snap, err := discover.Scan(at, discover.Options{Files: true, Evidence: true})
	nstest.Must(t, err)
	t.Cleanup(snap.Close)
	plan, err := clean.Make(snap, clean.Request{Idle: true})
	nstest.Must(t, err)
	if len(plan.Steps) != steps {
		t.Fatalf("%+v, skipped %+v", plan.Steps, plan.Skipped)
	}
	return snap, plan
}

// TestIdleMeanwhile: an idle name that has got a sign of life since the plan is left alone.
func TestIdleMeanwhile(t *testing.T) {
	write := func(file, text string) func(*testing.T) {
		return func(t *testing.T) {
			file := filepath.Join("/run/state", file)
			nstest.Must(t, os.MkdirAll(filepath.Dir(file), 0o755))
			nstest.Must(t, os.WriteFile(file, []byte(text), 0o600))
		}
	}
	for _, test := range []struct {
		situation string
		happens   func(t *testing.T)
		want      string
	}{
		{"nothing", func(*testing.T) {}, "removed"},
		{
			"a runtime notes the name", write("run/containerd/io.containerd.runtime.v2.task/k8s.io/web/config.json",
				`{"linux":{"namespaces":[{"type":"network","path":"/var/run/netns/cni-1"}]}}`), "spared: it is in the records of containerd for container web",
		},
		{
			"a database notes the name", write("var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db", "/var/run/netns/cni-1"),
			"spared: the database of a runtime has cni-1",
		},
		{
			"CNI gives it an address", write("var/lib/cni/results/a", `{"containerId":"f00","networkName":"n","netns":"/var/run/netns/cni-1","result":{"ips":[{"address":"10.0.0.5/24"}]}}`),
			"spared: its address 10.0.0.5/24 is leased to container f00",
		},
		{
			"a record is being written", write("run/containerd/io.containerd.runtime.v2.task/k8s.io/web/config.json", `{"linux":{`),
			"spared: could not be read: /run/containerd/io.containerd.runtime.v2.task/k8s.io/web/config.json",
		},
		{"it is configured", write("etc/netns/cni-1/resolv.conf", ""), "spared: it has the configuration /etc/netns/cni-1"},
		{"a process enters", func(t *testing.T) {
			nstest.Shell(t, "ip netns exec cni-1 sleep 1000 >/dev/null 2>&1 & until [ -n \"$(ip netns pids cni-1)\" ]; do :; done")
		}, ""},
		{"a link to the host", func(t *testing.T) {
			nstest.Shell(t, "ip link add v1 netns cni-1 type veth peer name v2")
		}, "removed"},
		{"a link to a new name", func(t *testing.T) {
			nstest.Shell(t, "ip netns add web; ip link add v1 netns cni-1 type veth peer name v2 netns web")
		}, "spared: v2 of web, which stays, would be deleted with it"},
		{
			"a socket listens", func(t *testing.T) {
				nstest.Must(t, host.Do("cni-1", func() error {
					l, err := net.Listen("tcp", "127.0.0.1:80")
					if err == nil {
						t.Cleanup(func() { l.Close() })
					}
					return err
				}))
			}, "spared: 1 socket listens in it: tcp 127.0.0.1:80",
		},
	} {
		t.Run(test.situation, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				nstest.Must(t, host.Add("cni-1"))
				snap, plan := idlePlan(t, 1)
				test.happens(t)
				got := outcomes(snap, plan)
				if got != test.want && test.want != "" || test.want == "" && got == "removed" {
					t.Errorf("%q, want %q", got, test.want)
				}
				if _, err := host.Identity("cni-1"); (err == nil) != (got != "removed") {
					t.Errorf("afterwards: %v", err)
				}
			})
		})
	}
}

// TestIdleLinkedMeanwhile: what one name has got since the plan keeps the one to which it leads, too.
func TestIdleLinkedMeanwhile(t *testing.T) {
	for _, test := range []struct{ situation, script, want string }{
		{"nothing", "", "removed, removed"},
		{"process", "ip netns exec b sleep 1000 >/dev/null 2>&1 & until grep -qx sleep /proc/$!/comm; do sleep 0.01; done", "spared: vb of b (pid P sleep), which stays, would be deleted with it, spared: pid P (sleep) has entered it"},
		{
			"socket", "ip -n a link add vx0 type vxlan id 7 dstport 4789; ip -n a link set vx0 up",
			"spared: 1 socket listens in it: udp 0.0.0.0:4789, spared: va of a, which stays, would be deleted with it",
		},
	} {
		t.Run(test.situation, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				nstest.Shell(t, "ip netns add a; ip netns add b; ip link add va netns a type veth peer name vb netns b")
				snap, plan := idlePlan(t, 2)
				nstest.Shell(t, test.script)
				got := regexp.MustCompile("pid [0-9]+").ReplaceAllString(outcomes(snap, plan), "pid P")
				if got != test.want {
					t.Errorf("%q, want %q", got, test.want)
				}
			})
		})
	}
}
