package compat

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// TestMessages: every step that can fail has words, and no row is for a step
// that there is not.
func TestMessages(t *testing.T) {
	ops := declaredOps(t)
	if len(ops) < 20 {
		t.Fatalf("only %d steps found", len(ops))
	}
	rows := map[netnsctl.Op]bool{}
	for _, m := range messages {
		if _, ok := ops[m.op]; !ok {
			t.Errorf("a message for the step %q, which is not declared", m.op)
		}
		if m.command == "" && rows[m.op] {
			t.Errorf("two messages for %q", m.op)
		}
		rows[m.op] = rows[m.op] || m.command == ""
	}
	for op, name := range ops {
		// Those that only some commands meet have words for these.
		if !rows[op] && name != "OpStatNetns" {
			t.Errorf("no words for %s", name)
		}
	}
}

// declaredOps reads the constants of type Op from the library's source.
func declaredOps(t *testing.T) map[netnsctl.Op]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../netnsctl/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ops := map[netnsctl.Op]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Op" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			ops[netnsctl.Op(value)] = spec.Names[0].Name
		}
		return true
	})
	return ops
}

// TestMessageVariables: what is not replaced would be shown.
func TestMessageVariables(t *testing.T) {
	s := &session{}
	variable := regexp.MustCompile(`\$\w+`)
	for _, m := range messages {
		e := &netnsctl.OpError{Op: m.op, Name: "NAME", Path: "/PATH", Err: syscall.ENOENT}
		text := s.words(m.command, e)
		if left := variable.FindString(text); left != "" {
			t.Errorf("%q shows %s", text, left)
		}
		if strings.Contains(m.text, "$err") && !strings.Contains(text, "No such file or directory") {
			t.Errorf("%q does not say why", text)
		}
	}
}

func TestWords(t *testing.T) {
	s := &session{}
	for _, test := range []struct {
		command string
		err     netnsctl.OpError
		want    string
	}{
		{
			"add",
			netnsctl.OpError{Op: netnsctl.OpBindName, Name: "x", Path: "/p", Err: syscall.EPERM},
			"Bind /proc/self/ns/net -> /run/netns/x failed: Operation not permitted",
		},
		{
			"attach",
			netnsctl.OpError{Op: netnsctl.OpBindName, Name: "x", Path: "/p", Err: syscall.ENOENT},
			"Bind /p -> /run/netns/x failed: No such file or directory",
		},
		{
			"identify",
			netnsctl.OpError{Op: netnsctl.OpReadRunDir, Err: syscall.EACCES},
			"Failed to open directory /run/netns:Permission denied",
		},
		{
			"exec",
			netnsctl.OpError{Op: netnsctl.OpReadRunDir, Err: syscall.EACCES},
			"Failed to open directory /run/netns: Permission denied",
		},
		{
			"set",
			netnsctl.OpError{Op: netnsctl.OpSetNSID, Message: "The specified nsid is already used", Err: syscall.EEXIST},
			"Error: The specified nsid is already used.",
		},
		{
			"set",
			netnsctl.OpError{Op: netnsctl.OpSetNSID, Message: "With a period.", Err: syscall.EEXIST},
			"Error: With a period.",
		},
		{
			"exec",
			netnsctl.OpError{Op: netnsctl.OpOpenNetns, Name: "$err$path", Path: "/p", Err: syscall.ENOENT},
			`Cannot open network namespace "$err$path": No such file or directory`,
		},
	} {
		if got := s.words(test.command, &test.err); got != test.want {
			t.Errorf("%s: %q, want %q", test.command, got, test.want)
		}
	}
}

// TestStrerror holds Go's errno texts against glibc's, which perror(1) or
// errno(1) would print.
func TestStrerror(t *testing.T) {
	for err, want := range map[error]string{
		syscall.EPERM:                            "Operation not permitted",
		syscall.EINVAL:                           "Invalid argument",
		syscall.ELOOP:                            "Too many levels of symbolic links",
		syscall.EEXIST:                           "File exists",
		syscall.EROFS:                            "Read-only file system",
		syscall.ENOEXEC:                          "Exec format error",
		&os.PathError{Err: syscall.ENAMETOOLONG}: "File name too long",
	} {
		if got := strerror(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
