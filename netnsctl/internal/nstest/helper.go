package nstest

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// Must ends the test at an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Shell runs a script with the words as $1, $2 and so on. Background processes
// live as long as the sandbox.
func Shell(t *testing.T, script string, words ...string) string {
	t.Helper()
	cmd := exec.Command("/bin/sh", append([]string{"-ec", script, "sh"}, words...)...)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, failure.String())
	}
	return string(out)
}

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
