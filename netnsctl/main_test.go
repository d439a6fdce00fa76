package netnsctl_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestMain runs the examples, which change the host, and all else in a sandbox. Where
// there is none, all but the examples runs outside.
func TestMain(m *testing.M) {
	status, err := nstest.Main(m)
	if err != nil && !nstest.NoSkip() {
		fmt.Fprintln(os.Stderr, "the examples are skipped:", err)
		_ = flag.Set("test.skip", "^Example")
		status = m.Run()
	}
	os.Exit(status)
}
