package netnsctl

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
)

func TestNewOpError(t *testing.T) {
	if err := newOpError(OpExec, "n", "p", nil); err != nil {
		t.Errorf("no error is %v", err)
	}
	spoken := errors.New("no errno")
	for _, test := range []struct{ err, want error }{
		{syscall.ENOENT, syscall.ENOENT},
		{&os.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, syscall.EACCES},
		{&os.LinkError{Err: syscall.EXDEV}, syscall.EXDEV},
		{os.NewSyscallError("read", syscall.EIO), syscall.EIO},
		{fmt.Errorf("twice: %w", fmt.Errorf("wrapped: %w", syscall.EBUSY)), syscall.EBUSY},
		{errors.Join(nil, &rtnl.Error{Errno: syscall.EEXIST}), syscall.EEXIST},
		{spoken, spoken},
	} {
		err := newOpError(OpExec, "n", "p", test.err)
		want := OpError{Op: OpExec, Name: "n", Path: "p", Err: test.want}
		if got, ok := errors.AsType[*OpError](err); !ok || *got != want {
			t.Errorf("%v is %#v, want %#v", test.err, err, want)
		}
		if !errors.Is(err, test.want) {
			t.Errorf("%v is not %v", err, test.want)
		}
	}
}

func TestKernelError(t *testing.T) {
	err := kernelError(OpSetNSID, "n", "p", &rtnl.Error{Errno: syscall.EEXIST, Message: "taken"})
	want := &OpError{Op: OpSetNSID, Name: "n", Path: "p", Message: "taken", Err: syscall.EEXIST}
	if diff := cmp.Diff(want, err); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := kernelError(OpSetNSID, "n", "p", nil); err != nil {
		t.Errorf("no error is %v", err)
	}
}

func TestOpErrorText(t *testing.T) {
	for want, err := range map[string]*OpError{
		"run command x: no such file or directory":  {Op: OpExec, Name: "x", Err: syscall.ENOENT},
		"run command /x: no such file or directory": {Op: OpExec, Name: "x", Path: "/x", Err: syscall.ENOENT},
		"set nsid /x: The nsid is taken":            {Op: OpSetNSID, Path: "/x", Message: "The nsid is taken", Err: syscall.EEXIST},
		"open netlink socket: too many open files":  {Op: OpOpenNetlink, Err: syscall.EMFILE},
	} {
		if got := err.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestOpErrorContract calls all that can fail without a privilege: every error is
// an OpError with a bare errno. Nothing here may reach the machine's own names.
func TestOpErrorContract(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/file", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	missing := Host{RunDir: dir + "/missing", ProcRoot: dir + "/noproc", EtcDir: dir + "/etc"}
	isFile := Host{RunDir: dir + "/file/netns", ProcRoot: dir + "/noproc", EtcDir: dir + "/etc"}
	nsids, err := OpenNSIDs(true)
	if err != nil {
		t.Fatal(err)
	}
	defer nsids.Close()

	refused := syscall.EINVAL
	if os.Geteuid() != 0 {
		refused = syscall.EPERM
	}
	tests := map[string]struct {
		call  func() error
		op    Op
		errno syscall.Errno
	}{
		"Names":         {func() error { _, err := missing.Names(); return err }, OpReadRunDir, syscall.ENOENT},
		"Names of file": {func() error { _, err := isFile.Names(); return err }, OpReadRunDir, syscall.ENOTDIR},
		"NamesOf":       {func() error { _, err := missing.NamesOf(ID{1, 2}); return err }, OpReadRunDir, syscall.ENOENT},
		"IDOfPID":       {func() error { _, err := missing.IDOfPID("1"); return err }, OpOpenNetns, syscall.ENOENT},
		"PIDs":          {func() error { _, err := missing.PIDs("x"); return err }, OpOpenNetns, syscall.ENOENT},
		"Add":           {func() error { return isFile.Add("x") }, OpMakeRunDir, syscall.ENOTDIR},
		"Attach":        {func() error { return isFile.Attach("x", "/dev/null") }, OpMakeRunDir, syscall.ENOTDIR},
		"Delete":        {func() error { return missing.Delete("x") }, OpRemoveName, syscall.ENOENT},
		"Enter":         {func() error { return missing.Enter("x") }, OpOpenNetns, syscall.ENOENT},
		"Exec":          {func() error { return missing.Exec("x", []string{"true"}, Setup{}) }, OpOpenNetns, syscall.ENOENT},
		"Run":           {func() error { _, err := missing.Run("x", []string{"true"}, Setup{}, nil, nil, nil); return err }, OpOpenNetns, syscall.ENOENT},
		"Watch":         {func() error { _, err := isFile.Watch(); return err }, OpMakeRunDir, syscall.ENOTDIR},
		"Entries":       {func() error { _, err := nsids.Entries(missing); return err }, OpReadRunDir, syscall.ENOENT},
		"Set":           {func() error { return nsids.Set(Host{RunDir: dir}, "x", 1) }, OpOpenNetns, syscall.ENOENT},
		"Set, refused":  {func() error { return nsids.Set(Host{RunDir: dir}, "file", 1) }, OpSetNSID, refused},
	}
	for name, test := range tests {
		err := test.call()
		e, ok := errors.AsType[*OpError](err)
		if !ok {
			t.Errorf("%s: %T %v is no OpError", name, err, err)
			continue
		}
		if reflect.TypeOf(e.Err) != reflect.TypeFor[syscall.Errno]() {
			t.Errorf("%s: Err is %T", name, e.Err)
		}
		if e.Op != test.op || e.Err != test.errno {
			t.Errorf("%s: %q: %v, want %q: %v", name, e.Op, e.Err, test.op, test.errno)
		}
	}
}
