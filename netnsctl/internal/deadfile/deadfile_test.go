package deadfile

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestLook: only an empty regular file that nothing is mounted on, and that has no other link, is a
// dead file.
func TestLook(t *testing.T) {
	nstest.NeedRoot(t, "to mount needs root")
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `mkdir /run/d; cd /run/d; touch dead linked mounted open; ln linked link; echo text >full
			mkdir directory; mkfifo fifo; ln -s dead symbolic; mount --bind /proc/self/ns/net mounted`)
		d, err := Open(nil, "/run/d")
		nstest.Must(t, err)
		defer d.Close()
		for name, want := range map[string]error{
			"dead": nil, "none": syscall.ENOENT, "linked": syscall.EINVAL, "link": syscall.EINVAL, "full": syscall.EINVAL, "mounted": syscall.EINVAL,
			"directory": syscall.EINVAL, "fifo": syscall.EINVAL, "symbolic": syscall.EINVAL,
		} {
			f, err := d.Look(name)
			if err != want || err == nil && f.Path != "/run/d/dead" {
				t.Errorf("%s: %+v, %v", name, f, err)
			}
		}
		before, _ := d.Look("dead")
		nstest.Must(t, os.Remove("/run/d/dead"))
		nstest.Shell(t, `touch /run/d/other /run/d/dead`)
		if now, err := d.Look("dead"); err != nil || now == before {
			t.Errorf("%+v, %v", now, err)
		}
		f, err := os.Open("/run/d/open")
		nstest.Must(t, err)
		if !d.IsOpen("open") {
			t.Error("not open")
		}
		f.Close()
		if d.IsOpen("open") || d.IsOpen("mounted") {
			t.Error("open")
		}
		if err := d.Remove("mounted"); err != syscall.EBUSY {
			t.Error(err)
		}
	})
}

// TestRemove: an entry goes with the rights of the user who may have put its directory where it is.
func TestRemove(t *testing.T) {
	nstest.NeedRoot(t, "other users need root")
	for _, test := range []struct {
		name, build string
		want        error
	}{
		{name: "root's"},
		{name: "a user's file in root's directory", build: `chown 1000 d/x`},
		{name: "root's file in a user's directory", build: `chown 1000 d`},
		{name: "root's directory that a user has moved", build: `chown 1000 .`, want: syscall.EACCES},
		{name: "another user's file in a sticky directory", build: `chown 1000 . d; chmod 1777 d; chown 1001 d/x; chown 1000 d`},
		{name: "a directory that another user has moved", build: `chown 1000 .; chown 1001 d`, want: syscall.EPERM},
		{name: "a directory that anybody may have moved", build: `chmod 777 .`, want: syscall.EPERM},
		{name: "a directory that a group may have moved", build: `chgrp 1000 .; chmod 775 .`, want: syscall.EPERM},
		{name: "a directory in a sticky one", build: `chmod 1777 .`},
		{name: "a directory that anybody may write in", build: `chmod 777 d`},
		{name: "a user's read-only directory", build: `chown 1000 d; chmod 555 d`, want: syscall.EACCES},
	} {
		nstest.Run(t, func(t *testing.T) {
			nstest.Shell(t, fmt.Sprintf("chmod 755 /run; mkdir -p /run/u/d; cd /run/u; touch d/x; %s", test.build))
			d, err := Open(nil, "/run/u/d")
			nstest.Must(t, err)
			defer d.Close()
			if err := d.Remove("x"); err != test.want {
				t.Errorf("%s: %v, want %v", test.name, err, test.want)
			}
		})
	}
}

// TestOpen: no link leads to a directory.
func TestOpen(t *testing.T) {
	top := t.TempDir()
	nstest.Must(t, os.Mkdir(top+"/d", 0o755))
	nstest.Must(t, os.Symlink("d", top+"/link"))
	nstest.Must(t, os.WriteFile(top+"/file", nil, 0o600))
	for name, want := range map[string]error{"d": nil, "link": syscall.ELOOP, "file": syscall.ENOTDIR, "none": syscall.ENOENT} {
		d, err := Open(nil, top+"/"+name)
		if err != want {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			d.Close()
		}
	}
}
