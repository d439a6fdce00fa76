package mountinfo

import (
	"bytes"
	"fmt"
	"testing"
)

// BenchmarkTable is the table of a host with a thousand names, each of which is mounted twice: the
// run directory is bound on itself.
func BenchmarkTable(b *testing.B) {
	text := []byte(recorded)
	for i := range 1000 {
		text = fmt.Appendf(text, "%d 25 0:4 net:[%d] /run/netns/n%d rw shared:%d - nsfs nsfs rw\n", 100+2*i, 4026532500+i, i, i)
		text = fmt.Appendf(text, "%d 30 0:4 net:[%d] /run/netns/n%d rw shared:%d - nsfs nsfs rw\n", 101+2*i, 4026532500+i, i, i)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var t Table
	for b.Loop() {
		if err := t.Read(bytes.NewReader(text), nil, func(int, int) error { return nil }); err != nil {
			b.Fatal(err)
		}
		for _, row := range t.Namespaces {
			t.Covered(row)
			t.Carries(row)
			t.File(row)
			row.Ino("net")
		}
	}
}
