package sys

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// kernel is a fake execve: what it was asked for, and its answers.
type kernel struct {
	answers map[string]error // by path; a path that is not there is ENOENT
	asked   []string
}

func (k *kernel) execve(path string, argv []string) error {
	k.asked = append(k.asked, strings.Join(append([]string{path}, argv...), " "))
	err, ok := k.answers[path]
	if !ok {
		return unix.ENOENT
	}
	return err
}

// TestExecvp: the search of execvp(3). The files of a test are there, for the look
// before each execve.
func TestExecvp(t *testing.T) {
	for name, test := range map[string]struct {
		path    string // of directories below the test's
		file    string
		answers map[string]error
		asked   []string
		want    error
	}{
		"first hit":          {"a:b", "c", map[string]error{"a/c": nil, "b/c": nil}, []string{"a/c c x"}, nil},
		"second hit":         {"a:b", "c", map[string]error{"b/c": nil}, []string{"b/c c x"}, nil},
		"a path is itself":   {"a:b", "a/c", map[string]error{"a/c": nil}, []string{"a/c a/c x"}, nil},
		"nowhere":            {"a:b", "c", nil, nil, unix.ENOENT},
		"no name":            {"a:b", "", map[string]error{"a/": nil}, nil, unix.ENOENT},
		"too long":           {"a", strings.Repeat("n", 256), nil, nil, unix.ENAMETOOLONG},
		"EACCES, then a hit": {"a:b", "c", map[string]error{"a/c": unix.EACCES, "b/c": nil}, []string{"a/c c x", "b/c c x"}, nil},
		"EACCES remembered":  {"a:b:d", "c", map[string]error{"a/c": unix.EACCES, "b/c": unix.ENOTDIR}, []string{"a/c c x", "b/c c x"}, unix.EACCES},
		"EACCES at last":     {"a:b", "c", map[string]error{"a/c": unix.ENOTDIR, "b/c": unix.EACCES}, []string{"a/c c x", "b/c c x"}, unix.EACCES},
		"ELOOP ends":         {"a:b", "c", map[string]error{"a/c": unix.ELOOP, "b/c": nil}, []string{"a/c c x"}, unix.ELOOP},
		"E2BIG ends":         {"a:b", "c", map[string]error{"a/c": unix.E2BIG, "b/c": nil}, []string{"a/c c x"}, unix.E2BIG},
		"a script": {
			"a:b", "c",
			map[string]error{"a/c": unix.ENOEXEC, "/bin/sh": nil},
			[]string{"a/c c x", "/bin/sh /bin/sh a/c x"},
			nil,
		},
		"a script by its path": {
			"", "a/c",
			map[string]error{"a/c": unix.ENOEXEC, "/bin/sh": unix.EPERM},
			[]string{"a/c a/c x", "/bin/sh /bin/sh a/c x"},
			unix.EPERM,
		},
		"empty element":  {":a", "c", map[string]error{"c": nil}, []string{"c c x"}, nil},
		"empty at last":  {"a:", "c", map[string]error{"c": nil}, []string{"c c x"}, nil},
		"endless path":   {strings.Repeat("d", unix.PathMax) + ":a", "c", map[string]error{"a/c": nil}, []string{"a/c c x"}, nil},
		"double slashes": {"a/:b", "c", map[string]error{"a//c": nil}, []string{"a//c c x"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for path := range test.answers {
				if filepath.IsLocal(path) && !strings.HasSuffix(path, "/") {
					makeFile(t, path)
				}
			}
			k := &kernel{answers: test.answers}
			if err := execvp([]string{test.file, "x"}, []string{"A=b", "PATH=" + test.path, "PATH=/other"}, k.execve); err != test.want {
				t.Errorf("%v, want %v", err, test.want)
			}
			if diff := cmp.Diff(test.asked, k.asked); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

// TestExecvpWithoutPath: no PATH is glibc's default, an empty one the working
// directory.
func TestExecvpWithoutPath(t *testing.T) {
	k := &kernel{answers: map[string]error{"/bin/sh": unix.EACCES, "/usr/bin/sh": nil}}
	if err := execvp([]string{"sh"}, []string{"A=b"}, k.execve); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"/bin/sh sh", "/usr/bin/sh sh"}, k.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func makeFile(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestChangedEnviron(t *testing.T) {
	env := []string{"A=1", "AB=2", "odd", "D=4", "A=5"}
	got := changedEnviron(env, []string{"A=3", "C=x=y", "AB", "NONE"})
	if diff := cmp.Diff([]string{"odd", "D=4", "A=3", "C=x=y"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"A=1", "AB=2", "odd", "D=4", "A=5"}, env); diff != "" {
		t.Errorf("the given environment has changed (-before +after):\n%s", diff)
	}
}
