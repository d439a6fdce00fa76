package compat

import (
	"errors"
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

// TestMessages: every operation that can fail has a message, and every row is for
// one of them.
func TestMessages(t *testing.T) {
	ops := declaredOps(t)
	if len(ops) < 20 {
		t.Fatalf("only %d operations found", len(ops))
	}
	rows := map[netnsctl.Op]bool{}
	for _, m := range messages {
		if _, ok := ops[m.op]; !ok {
			t.Errorf("a message for the operation %q, which is not declared", m.op)
		}
		if m.command == "" && rows[m.op] {
			t.Errorf("two messages for %q", m.op)
		}
		rows[m.op] = rows[m.op] || m.command == ""
	}
	for op, name := range ops {
		// OpStatNetns occurs in two commands only, which have rows of their own.
		if !rows[op] && name != "OpStatNetns" {
			t.Errorf("no message for %s", name)
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

// TestMessageVariables: every variable in a message is replaced.
func TestMessageVariables(t *testing.T) {
	s := &session{}
	variable := regexp.MustCompile(`\$\w+`)
	for _, m := range messages {
		e := &netnsctl.OpError{Op: m.op, Name: "NAME", Path: "/PATH", Err: syscall.ENOENT}
		text := s.message(m.command, e)
		if left := variable.FindString(text); left != "" {
			t.Errorf("%q shows %s", text, left)
		}
		if strings.Contains(m.text, "$err") && !strings.Contains(text, "No such file or directory") {
			t.Errorf("%q does not say why", text)
		}
	}
}

func TestMessageText(t *testing.T) {
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
		if got := s.message(test.command, &test.err); got != test.want {
			t.Errorf("%s: %q, want %q", test.command, got, test.want)
		}
	}
}

// TestStrerror compares Go's texts of errors with glibc's.
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

// TestNoReturnEnds: a thread that could not leave a new namespace runs no further line of a
// batch, even with -force.
func TestNoReturnEnds(t *testing.T) {
	s := &session{opts: options{force: true}}
	for op, ends := range map[netnsctl.Op]bool{netnsctl.OpRestoreNet: true, netnsctl.OpUnshareNet: false} {
		f, ok := errors.AsType[*failure](s.fail("add", netnsctl.NewOpError(op, "x", "", syscall.ENOMEM)))
		if !ok || f.exits != ends {
			t.Errorf("%s: %+v, want exits: %v", op, f, ends)
		}
	}
}
