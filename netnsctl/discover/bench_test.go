package discover_test

import (
	"fmt"
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
