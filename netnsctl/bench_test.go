package netnsctl_test

import (
	"fmt"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// named makes the run directory hold n names.
func named(b *testing.B, n int) (h netnsctl.Host) {
	nstest.InSandbox(b)
	adder := h.NewAdder()
	defer adder.Close()
	for i := range n {
		nstest.Must(b, adder.Add(fmt.Sprint("n", i)))
	}
	b.Cleanup(func() {
		for i := range n {
			nstest.Must(b, h.Delete(fmt.Sprint("n", i)))
		}
	})
	return h
}

func BenchmarkAddDelete(b *testing.B) {
	h := named(b, 0)
	for b.Loop() {
		nstest.Must(b, h.Add("x"))
		nstest.Must(b, h.Delete("x"))
	}
}

// BenchmarkEntries is what list asks for.
func BenchmarkEntries(b *testing.B) {
	for _, nsids := range []bool{false, true} {
		for _, n := range []int{1, 100, 1000} {
			b.Run(fmt.Sprintf("names=%d/nsids=%t", n, nsids), func(b *testing.B) {
				h := named(b, n)
				c, err := netnsctl.OpenNSIDs(true)
				nstest.Must(b, err)
				defer c.Close()
				for i := 0; nsids && i < n; i++ {
					name := fmt.Sprint("n", i)
					nstest.Must(b, c.Set(h, name, netnsctl.NSID(i)))
				}
				for b.Loop() {
					_, err := c.Entries(h)
					nstest.Must(b, err)
				}
			})
		}
	}
}

// BenchmarkNamesOf is what identify asks for.
func BenchmarkNamesOf(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprintf("names=%d", n), func(b *testing.B) {
			h := named(b, n)
			id, err := h.Identity("n0")
			nstest.Must(b, err)
			for b.Loop() {
				_, err := h.NamesOf(id.ID)
				nstest.Must(b, err)
			}
		})
	}
}

func BenchmarkPIDs(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprintf("processes=%d", n), func(b *testing.B) {
			h := named(b, 1)
			nstest.Processes(b, n)
			for b.Loop() {
				_, err := h.PIDs("n0")
				nstest.Must(b, err)
			}
		})
	}
}
