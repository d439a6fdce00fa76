package nstest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Tree makes a directory of files, such as a recorded procfs, and gives its path. A file is
// given by its path and its text. The text "-> TARGET" makes a symbolic link, a path that
// ends with a slash a directory.
func Tree(t testing.TB, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for path, text := range files {
		file := filepath.Join(root, path)
		if strings.HasSuffix(path, "/") {
			Must(t, os.MkdirAll(file, 0o755))
			continue
		}
		Must(t, os.MkdirAll(filepath.Dir(file), 0o755))
		if target, isLink := strings.CutPrefix(text, "-> "); isLink {
			Must(t, os.Symlink(target, file))
		} else {
			Must(t, os.WriteFile(file, []byte(text), 0o600))
		}
	}
	return root
}

// NeedRoot skips a test as [Lacks] does, unless root runs it. The root of a user namespace, which
// an ordinary user is in a sandbox, is not enough.
func NeedRoot(t *testing.T, why string) {
	t.Helper()
	if os.Geteuid() != 0 {
		Lacks(t, why)
	}
}

// Lacks skips a test for which the machine lacks something. With NETNSCTL_TEST_NOSKIP=1 the
// test fails.
func Lacks(t testing.TB, reason string) {
	t.Helper()
	if NoSkip() {
		t.Fatal("NETNSCTL_TEST_NOSKIP:", reason)
	}
	t.Skip(reason)
}
