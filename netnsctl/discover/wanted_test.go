package discover

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/keep"
)

// wantKept writes the only keep file below the state root of at.
func wantKept(t *testing.T, at netnsctl.Host, text string) {
	t.Helper()
	nstest.Must(t, os.MkdirAll(at.StateRoot+keep.Dir, 0o755))
	nstest.Must(t, os.WriteFile(at.StateRoot+keep.Dir+"/x.conf", []byte(text), 0o644))
}

// TestWanted: what a line names is kept. The sandbox has a stale name, an idle one, an orphan that
// is mounted here, one in the mount namespace of another process, and one that is wired to the idle
// name.
func TestWanted(t *testing.T) {
	const line = keep.Dir + "/x.conf:1"
	at := netnsctl.Host{StateRoot: "/run/root"}
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `touch /run/a /run/w /run/c; for n in a c w idle; do ip netns add $n; done; : >/run/netns/dead
			ip -n w link add v0 type veth peer name v1 netns idle
			for n in a w; do mount --bind /run/netns/$n /run/$n; ip netns delete $n; done
			unshare -m sh -c 'umount /run/a /run/w; mount --bind /run/netns/c /run/c; umount /run/netns/c; exec sleep 1000' >/dev/null 2>&1 &
			until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.01; done
			ip netns delete c`)
		before := scanned(t, at, Options{Everything: true})
		record, err := before.Record()
		nstest.Must(t, err)
		ids := map[string]netnsctl.ID{}
		for _, ns := range before.Namespaces {
			for _, p := range ns.Pins {
				if p.Kind == MountPin {
					ids[p.Mount.Path] = ns.ID
				}
			}
		}
		for _, test := range []struct {
			text, kept, reason string
			verdict            Verdict
		}{
			{"# nothing", "", "", ""},
			{"/run/a", "/run/a", "kept by " + line, Idle},
			{"idle", "/run/netns/idle", "no process; kept by " + line, Idle},
			{"/run/netns/idle", "/run/netns/idle", "no process; kept by " + line, Idle},
			{"/run/w", "/run/w", "v0 joins v1 of idle", Wired},
			{"name:idle", "/run/netns/idle", "no process; kept by " + line, Idle},
			{"/run/c", "/run/c", "kept by " + line, Idle},
			{"sleep", "", "", ""},
			{"owner:sleep", "/run/c", "kept by " + line, Idle},
			{"user:*", "", "", ""},
			{"dead", "dead", "", Stale},
		} {
			wantKept(t, at, test.text)
			snap := scanned(t, at, Options{Everything: true})
			for path, id := range ids {
				ns := snap.named(t, id.String())
				if want := path == test.kept; (ns.WantedBy == line) != want || ns.WantedBy != line && ns.WantedBy != "" {
					t.Errorf("%s: %s is wanted by %q", test.text, path, ns.WantedBy)
				} else if want && (ns.Verdict != test.verdict || ns.Reason != test.reason) {
					t.Errorf("%s: %s, %q", test.text, ns.Verdict, ns.Reason)
				}
			}
			for _, n := range snap.Names {
				if want := n.Name == test.kept || at.NamePath(n.Name) == test.kept; (n.WantedBy == line) != want {
					t.Errorf("%s: name %s is wanted by %q", test.text, n.Name, n.WantedBy)
				}
			}
		}

		// What is wanted is not new.
		nstest.Shell(t, `: >/run/netns/dead2; touch /run/b; unshare --net=/run/b true`)
		for text, want := range map[string]int{"": 1, "run/b\ndead2": 0} {
			wantKept(t, at, text)
			if namespaces, names := scanned(t, at, Options{Everything: true}).Since(record); len(namespaces) != want || len(names) != want {
				t.Errorf("%q: new are %v, %v", text, namespaces, names)
			}
		}
	})
}

// TestWantedByUser: the user is the one to whom the kernel says that the namespace belongs. Another
// user, who has a copy of each mount, may have it kept by the path of that.
func TestWantedByUser(t *testing.T) {
	nstest.NeedRoot(t, "only root makes namespaces of other users")
	at := netnsctl.Host{StateRoot: "/run/root"}
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `touch /run/his /run/roots /run/fake; ip netns add idle; unshare --net=/run/roots true
			setpriv --reuid 65534 --clear-groups unshare -Un sleep 1000 >/dev/null 2>&1 &
			until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.01; done
			mount --bind /proc/$!/ns/net /run/his; kill $!; wait $! || true
			setpriv --reuid 65534 --clear-groups unshare -Urm sh -c 'for n in his roots; do mount --bind /run/$n /run/fake; done; exec sleep 1000' >/dev/null 2>&1 &
			until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.01; done`)
		for text, want := range map[string]string{
			"user:65534": "/run/his", "user:nobody": "/run/his", "user:1": "", "user:*": "/run/his",
			"/run/fake": "/run/his /run/roots", "/run/roots": "/run/roots",
		} {
			wantKept(t, at, text)
			for _, opts := range []Options{{}, {Everything: true}, {Files: true}} {
				for _, ns := range scanned(t, at, opts).Namespaces {
					wanted := slices.ContainsFunc(strings.Fields(want), ns.mountedAt)
					if (ns.WantedBy != "") != wanted || wanted && ns.Verdict != Idle {
						t.Errorf("%s: %s, %q, wanted by %q", text, ns.Verdict, ns.Reason, ns.WantedBy)
					}
				}
			}
		}
	})
}

// TestWantedByOwner: each process that pins an orphan, and each in a mount namespace in which it is
// mounted, is an owner, whatever its user: more pins take the effect of no line away.
func TestWantedByOwner(t *testing.T) {
	nstest.NeedRoot(t, "a service drops the rights of root")
	at := netnsctl.Host{StateRoot: "/run/root"}
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `cd /run; for c in vpnd helper first later holder; do cp "$(command -v sleep)" $c; done
			started() { until [ "$(cat /proc/$1/comm)" = $2 ]; do sleep 0.01; done; }
			ip netns add a; mkdir /run/srv
			setpriv --reuid 65534 --clear-groups unshare -Urm sh -c 'mount -t tmpfs t /run/srv; : >/run/srv/x; mount --bind /run/netns/a /run/srv/x; exec /run/first 1000' >/dev/null 2>&1 & started $! first
			unshare -m sh -c 'mount -t tmpfs t /run/srv; : >/run/srv/vpn; mount --bind /run/netns/a /run/srv/vpn
				for n in 1 2 3 4 5; do /run/helper 1000 & done; exec setpriv --reuid 65534 --clear-groups /run/vpnd 1000' >/dev/null 2>&1 & started $! vpnd
			setpriv --reuid 65534 --clear-groups unshare -Urm sh -c 'mount -t tmpfs t /run/srv; : >/run/srv/x; mount --bind /run/netns/a /run/srv/x; exec /run/later 1000' >/dev/null 2>&1 & started $! later
			setpriv --reuid 65534 --clear-groups /run/holder 1000 3</run/netns/a >/dev/null 2>&1 & started $! holder
			ip netns delete a`)
		for text, wanted := range map[string]bool{
			"owner:vpnd": true, "owner:helper": true, "owner:first": true, "owner:later": true, "owner:holder": true,
			"vpnd": false, "owner:other": false, "/run/srv/vpn": true, "/run/srv/x": true,
		} {
			wantKept(t, at, "nothing\n"+text)
			for _, opts := range []Options{{}, {Everything: true}, {Files: true}} {
				snap := scanned(t, at, opts)
				now, err := snap.WantedNow()
				nstest.Must(t, err)
				for _, ns := range snap.Namespaces {
					want := ""
					if wanted {
						want = keep.Dir + "/x.conf:2"
					}
					if ns.mountedAt("/run/srv/vpn") && (ns.WantedBy != want || now.Namespace(ns) != want) {
						t.Errorf("%s: %s, %q is wanted by %q and %q", text, ns.Verdict, ns.Reason, ns.WantedBy, now.Namespace(ns))
					}
				}
			}
		}
	})
}

// TestWantedByContainer: so it is with the containers whose records lead to it, and whose addresses it
// has.
func TestWantedByContainer(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		at, id := keptBy(t, map[string]string{
			"var/lib/cni/results/a": lease(containerID, "/var/run/netns/x", "10.0.0.5/24"),
			dockerRecord:            `{"ID":"` + containerID + `","Name":"/web"}`,
		})
		for text, want := range map[string]string{"web": keep.Dir + "/x.conf:1", containerID[:12]: keep.Dir + "/x.conf:1", "name:web": ""} {
			wantKept(t, at, text)
			ns := &Namespace{Identity: netnsctl.Identity{ID: id}, Names: []string{"x"}, Owner: Owner{Container: "f00"}}
			readRecords(at).note(ns, at, func() []string { return nil })
			if now, err := scanned(t, at, Options{}).WantedNow(); err != nil || now.Namespace(ns) != want {
				t.Errorf("%s: wanted by %q, %v", text, now.Namespace(ns), err)
			}
		}
	})
}

// TestWantedKeepsOthers: an orphan that joins a wanted one with the host is wired, as it would be if
// that had a name.
func TestWantedKeepsOthers(t *testing.T) {
	at := netnsctl.Host{StateRoot: "/run/root"}
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `for n in a b; do ip netns add $n; touch /run/$n; mount --bind /run/netns/$n /run/$n; done
			ip -n a link add v0 type veth peer name v1 netns b; ip netns delete a; ip netns delete b`)
		for text, want := range map[string]string{"": "orphan orphan", "/run/a": "idle wired", "/run/[ab]": "idle idle"} {
			wantKept(t, at, text)
			verdicts := map[string]Verdict{}
			for _, ns := range scanned(t, at, Options{}).Namespaces {
				for _, path := range []string{"/run/a", "/run/b"} {
					if ns.mountedAt(path) {
						verdicts[path] = ns.Verdict
					}
				}
			}
			if got := string(verdicts["/run/a"] + " " + verdicts["/run/b"]); got != want {
				t.Errorf("%q: %s", text, got)
			}
		}
	})
}

// TestKeepFileGaps: each kind of problem is one gap. It is critical for those who ask for what is
// left over, and hides no process.
func TestKeepFileGaps(t *testing.T) {
	at := netnsctl.Host{StateRoot: "/run/root"}
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, at.Add("idle"))
		wantKept(t, at, "a[\ngood\n[b\n./y\n")
		for _, asked := range []bool{true, false} {
			var found []Gap
			snap := scanned(t, at, Options{LeftOvers: asked})
			for _, g := range snap.Gaps {
				if g.OfKeepFile() {
					found = append(found, g)
				}
			}
			if len(found) != 2 || found[0].Count != 2 || found[0].Path != keep.Dir+"/x.conf:1" || found[1].Path != keep.Dir+"/x.conf:4" ||
				found[0].Critical != asked || found[0].Vantage != asked {
				t.Errorf("%+v", found)
			}
			for _, ns := range snap.Namespaces {
				if len(ns.Names) > 0 && ns.Reason != "no process" {
					t.Errorf("%q", ns.Reason)
				}
			}
		}
		if _, err := scanned(t, at, Options{}).WantedNow(); err == nil || err.Error() != keep.Dir+"/x.conf:1: not a valid glob" {
			t.Error(err)
		}
		if snap := scanned(t, at, Options{IdentityOnly: true, LeftOvers: true}); hasGap(snap, GapKeepFiles+": not a valid glob") {
			t.Error("a scan for identities has read the keep files")
		}
	})
}

// TestSilentKeepFiles: a directory that does not answer is a gap, and the scan ends.
func TestSilentKeepFiles(t *testing.T) {
	nstest.NeedRoot(t, "only root has /dev/fuse in a sandbox")
	at := netnsctl.Host{StateRoot: "/run/root"}
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll(at.StateRoot+"/etc", 0o755))
		nstest.MountFUSE(t, at.StateRoot+"/etc").Hang(nstest.FUSELookup, nstest.FUSEGetattr, nstest.FUSEOpendir)
		if snap := scanned(t, at, Options{LeftOvers: true}); !hasGap(snap, GapKeepFiles+": does not answer") {
			t.Errorf("%v", snap.Gaps)
		}
	})
}
