package clean_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// idlePlan makes a plan for idle names on a machine without records.
func idlePlan(t *testing.T) (*discover.Snapshot, *clean.Plan) {
	t.Helper()
	at := host
	at.StateRoot = "/run/state"
	snap, err := discover.Scan(at, discover.Options{Files: true, Evidence: true})
	nstest.Must(t, err)
	t.Cleanup(snap.Close)
	plan, err := clean.Make(snap, clean.Request{Idle: true})
	nstest.Must(t, err)
	if len(plan.Steps) != 1 {
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
				snap, plan := idlePlan(t)
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
