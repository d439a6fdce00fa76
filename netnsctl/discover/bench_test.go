package discover_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// BenchmarkScan is what list --stale asks for.
func BenchmarkScan(b *testing.B) {
	for _, size := range []struct{ names, processes int }{{1, 1}, {1000, 1}, {1, 1000}} {
		b.Run(fmt.Sprintf("names=%d/processes=%d", size.names, size.processes), func(b *testing.B) {
			nstest.InSandbox(b)
			h := netnsctl.Host{}
			for i := range size.names {
				nstest.Must(b, h.Add(fmt.Sprint("n", i)))
			}
			nstest.Processes(b, size.processes)
			for b.Loop() {
				snap, err := discover.Scan(h, discover.Options{})
				nstest.Must(b, err)
				snap.Close()
			}
			for i := range size.names {
				nstest.Must(b, h.Delete(fmt.Sprint("n", i)))
			}
		})
	}
}

// BenchmarkEvidence is what prune --idle asks for: names with a device that leads to the host, of which
// CNI and a runtime have records.
func BenchmarkEvidence(b *testing.B) {
	for _, names := range []int{100, 1000} {
		b.Run(fmt.Sprintf("names=%d", names), func(b *testing.B) {
			nstest.InSandbox(b)
			h := netnsctl.Host{StateRoot: "/run/state"}
			const leases, containers = "/run/state/var/lib/cni/results/", "/run/state/var/lib/docker/containers/"
			nstest.Must(b, os.MkdirAll(leases, 0o755))
			for i := range names {
				name := fmt.Sprint("cni-", i)
				nstest.Must(b, h.Add(name))
				nstest.Must(b, exec.Command("ip", "link", "add", fmt.Sprint("h", names, "-", i), "type", "veth", "peer", "name", "eth0", "netns", name).Run())
				nstest.Must(b, os.WriteFile(leases+name, fmt.Appendf(nil, `{"containerId":"c%d","networkName":"n","netns":"/var/run/netns/%s","result":{"ips":[{"address":"10.0.0.%d/8"}]}}`, i, name, i), 0o600))
				nstest.Must(b, os.MkdirAll(fmt.Sprint(containers, "d", i), 0o755))
				nstest.Must(b, os.WriteFile(fmt.Sprint(containers, "d", i, "/config.v2.json"), fmt.Appendf(nil, `{"ID":"d%d"}`, i), 0o600))
			}
			for _, evidence := range []bool{false, true} {
				b.Run(fmt.Sprintf("evidence=%v", evidence), func(b *testing.B) {
					for b.Loop() {
						snap, err := discover.Scan(h, discover.Options{Everything: true, Files: true, Evidence: evidence})
						nstest.Must(b, err)
						snap.Close()
					}
				})
			}
			for i := range names {
				nstest.Must(b, h.Delete(fmt.Sprint("cni-", i)))
			}
		})
	}
}
