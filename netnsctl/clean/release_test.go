package clean_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestReleaseMounts: a namespace leaks by mounts of several forms; $1 is its file. The
// script runs in a mount namespace of its own, whose process goes on.
func TestReleaseMounts(t *testing.T) {
	for _, c := range []struct {
		name    string
		script  string
		targets []string
		want    string // the outcomes
		// gone and stays are files.
		gone, stays []string
	}{
		{
			name:   "two mounts on one file",
			script: `touch /run/c/ns; mount --bind "$1" /run/c/ns; mount --bind "$1" /run/c/ns`,
			want:   "released",
		},
		{
			name:   "two mounts on two files",
			script: `touch /run/c/a /run/c/b; mount --bind "$1" /run/c/a; mount --bind "$1" /run/c/b`,
			want:   "released",
		},
		{
			name:   "covered by a file system on its directory",
			script: `touch /run/c/ns; mount --bind "$1" /run/c/ns; mount -t tmpfs none /run/c`,
			want:   "released",
			stays:  []string{"/run/c/ns"},
		},
		{
			name: "one is covered and one is not",
			script: `touch /run/c/a; mkdir /run/c/d; touch /run/c/d/b
				mount --bind "$1" /run/c/a; mount --bind "$1" /run/c/d/b; mount -t tmpfs none /run/c/d`,
			want:  "released",
			stays: []string{"/run/c/a", "/run/c/d/b"},
		},
		{
			name: "several layers below a file system on a directory",
			script: `touch /run/c/ns; for i in 1 2 3; do mount --bind "$1" /run/c/ns; done
				mount -t tmpfs none /run/c; mkdir /run/c/d; mount -t tmpfs none /run/c/d`,
			want:  "released",
			stays: []string{"/run/c/ns"},
		},
		{
			name: "covered by a file system on the whole mount that it is on",
			script: `mount -t tmpfs none /run/c; touch /run/c/ns; mount --bind "$1" /run/c/ns
				mount -t tmpfs none /run/c`,
			want: "skipped: covered by the mount at /run/c",
		},
		{
			name:    "a path that was named goes with its file",
			script:  `touch /run/c/ns; mount --bind "$1" /run/c/ns`,
			targets: []string{"/run/c/ns in mnt:[*]"},
			want:    "released",
			gone:    []string{"/run/c/ns"},
		},
		{
			name:    "a file with content stays",
			script:  `echo text >/run/c/ns; mount --bind "$1" /run/c/ns`,
			targets: []string{"/run/c in mnt:[*]"},
			want:    "released",
			stays:   []string{"/run/c/ns"},
		},
		{
			name:    "a file in a directory that was named goes",
			script:  `touch /run/c/ns; mount --bind "$1" /run/c/ns`,
			targets: []string{"/run/c in mnt:[*]"},
			want:    "released",
			gone:    []string{"/run/c/ns"},
		},
		{
			name:    "a file that is not directly in the directory that was named stays",
			script:  `mkdir /run/c/d; touch /run/c/d/ns; mount --bind "$1" /run/c/d/ns`,
			targets: []string{"/run/c in mnt:[*]"},
			want:    "released",
			stays:   []string{"/run/c/d/ns"},
		},
		{
			name: "a file stays that is on a read-only mount there",
			script: `touch /run/c/ns; mount --bind /run/c /run/c; mount -o remount,bind,ro /run/c
				mount --bind "$1" /run/c/ns`,
			targets: []string{"/run/c/ns in mnt:[*]"},
			want:    "released",
			stays:   []string{"/run/c/ns"},
		},
		{
			name:   "on a directory that propagates",
			script: `mount --bind /run/c /run/c; mount --make-shared /run/c; touch /run/c/ns; mount --bind "$1" /run/c/ns`,
			want:   "released",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				id := leakByScript(t, c.script)
				snap, plan := planned(t, c.targets...)
				witnessed(t, plan)
				if why, skipped := strings.CutPrefix(c.want, "skipped: "); skipped {
					if len(plan.Steps) != 0 || len(plan.Skipped) != 1 || plan.Skipped[0].Why != why {
						t.Errorf("%+v", plan)
					}
					return
				}
				got, released := applied(snap, plan)
				if got != c.want {
					t.Error(got)
				}
				snap.Close()
				if len(released) != 1 || released[0].Identity != id {
					t.Fatalf("released %v", released)
				}
				left, err := clean.Wait(host, plan.Witness, released, 10*time.Second, nil)
				if err != nil || len(left) > 0 {
					t.Errorf("left %v, %v", left, err)
				}
				for _, file := range c.gone {
					if _, err := os.Lstat(file); !os.IsNotExist(err) {
						t.Errorf("%s: %v", file, err)
					}
				}
				for _, file := range c.stays {
					_, err := os.Lstat(file)
					nstest.Must(t, err)
				}
			})
		})
	}
}

// leakByScript makes a namespace that is left only where the script mounts it.
func leakByScript(t *testing.T, script string) netnsctl.Identity {
	t.Helper()
	nstest.Must(t, host.Add("leak"))
	id, err := host.Identity("leak")
	nstest.Must(t, err)
	nstest.Shell(t, `
		mkdir /run/c
		mkfifo /run/ready
		unshare -m --propagation private sh -ec "$1; echo >/run/ready; exec sleep 1000" sh /run/netns/leak >/dev/null 2>&1 &
		read -r _ </run/ready`, script)
	nstest.Must(t, host.Delete("leak"))
	return id
}

// TestPartlyReleased: of two mounts the second one is somebody else's by now. What was done
// is said.
func TestPartlyReleased(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("other"))
		id := leakByScript(t, `touch /run/c/a /run/c/b; mount --bind "$1" /run/c/a; mount --bind "$1" /run/c/b; echo $$ >/run/pid`)
		snap, plan := planned(t)
		nstest.Shell(t, `nsenter -t "$(cat /run/pid)" -m mount --bind /run/netns/other /run/c/b`)
		got := outcomes(snap, plan)
		if !strings.Contains(got, "something else is mounted on it now (1 of its mounts ended before)") {
			t.Error(got)
		}
		if !alive(t, id.ID) {
			t.Error("the namespace has gone, though a mount of it was left")
		}
	})
}

// TestReport: what a clean-up prints can be read into the type that it was made of.
func TestReport(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		leakByScript(t, `touch /run/c/ns; mount --bind "$1" /run/c/ns`)
		nstest.Must(t, host.Add("idle"))
		nstest.Must(t, os.WriteFile("/run/netns/full", []byte("text"), 0o600))
		snap, plan := planned(t)
		report := clean.Report{Skipped: plan.Skipped, Missing: []string{"none"}, Left: []netnsctl.ID{snap.Own}}
		plan.Apply(t.Context(), snap, func(r clean.Result) { report.Steps = append(report.Steps, r) })
		text, err := json.Marshal(report)
		nstest.Must(t, err)
		var decoded clean.Report
		nstest.Must(t, json.Unmarshal(text, &decoded))
		again, err := json.Marshal(decoded)
		nstest.Must(t, err)
		if string(again) != string(text) {
			t.Errorf("%s\nbecame %s", text, again)
		}
		if len(decoded.Steps) != 1 || decoded.Steps[0].Outcome != clean.Released || len(decoded.Skipped) != 1 ||
			decoded.Skipped[0].Name.Name != "full" || decoded.Left[0].Ino != snap.Own.Ino {
			t.Errorf("%+v", decoded)
		}
	})
}
