package nstest

import (
	"os"
	"os/exec"
	"testing"
)

// InSandbox skips a benchmark that has not been started by `make bench-library`,
// in namespaces of its own.
func InSandbox(b *testing.B) {
	b.Helper()
	if os.Getenv("NETNSCTL_BENCH") == "" {
		b.Skip("make bench-library runs it in a sandbox")
	}
}

// Processes starts n processes that do nothing until the benchmark is over.
func Processes(b *testing.B, n int) {
	b.Helper()
	for range n {
		cmd := exec.Command("sleep", "infinity")
		Must(b, cmd.Start())
		b.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
}
