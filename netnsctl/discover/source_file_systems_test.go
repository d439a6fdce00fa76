package discover

import (
	"os"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

const (
	rootRow = "22 1 8:1 / / rw - ext4 /dev/vda rw\n"
	nfsHere = "31 22 0:47 / /srv/data rw - nfs4 10.9.9.1:/data rw\n"
)

// mountedFileSystems is a vantage on a host with these mounts in pid 1's mount namespace 500 and
// in 501, where the own network namespace has these volumes of NFS.
func mountedFileSystems(t *testing.T, host, other, volumes string) *vantage {
	t.Helper()
	files := map[string]string{
		"9000001/ns/net": "-> net:[77]", "9000001/ns/mnt": "-> mnt:[500]", "9000001/root": "-> /", "9000001/mountinfo": rootRow + host,
		"9000002/ns/net": "-> net:[77]", "9000002/ns/mnt": "-> mnt:[501]", "9000002/root": "-> /", "9000002/mountinfo": rootRow + other,
	}
	if volumes != "" {
		files["thread-self/net/nfsfs/volumes"] = "NV SERVER   PORT DEV          FSID                              FSC\n" + volumes
	}
	v := recorded(t, files)
	v.hostMounts, v.ownMounts = 500, 500
	nstest.Must(t, v.readProcesses())
	for ino, tids := range v.members {
		v.mounts.Get(v.fs, ino).AddMembers(tids...)
	}
	v.readMounts()
	v.add([]sighting{v.sighting(v.own.Ino, Pin{})})
	return v
}

// TestNFS: a superblock of NFS is a pin of the namespace that lists it, whatever mount namespaces it
// is mounted in. One that no namespace lists is of a namespace to which nothing else leads.
func TestNFS(t *testing.T) {
	for _, test := range []struct {
		situation, host, other, volumes, want string
		own                                   string // the mounts later
		unknown, gap                          bool
	}{
		{situation: "no NFS", volumes: "v4 0a090901  801 0:48         0:0                               no \n"},
		{
			situation: "of ours, in two mount namespaces", host: nfsHere, other: strings.Replace(nfsHere, "/srv", "/mnt", 1),
			volumes: "v3 0a090901  801 0:48         0:0                               no \nv4 0a090901  801 0:47         0:0                               no \n",
			want:    "file system nfs4, mount /srv/data",
		},
		{
			situation: "in another mount namespace", other: nfsHere,
			volumes: "v4 0a090901  801 0:47         0:0                               no \n",
			want:    "file system nfs4, mount /srv/data in mnt:[501] of pid 9000002",
		},
		{
			situation: "of a namespace to which nothing leads", host: nfsHere, unknown: true,
			volumes: "v4 0a090901  801 0:48         0:0                               no \n",
			want:    "file system nfs4, mount /srv/data",
		},
		{
			situation: "unmounted meanwhile", host: nfsHere, own: rootRow,
			volumes: "v4 0a090901  801 0:48         0:0                               no \n",
		},
		{
			situation: "of ours, not unmounted meanwhile", host: nfsHere, own: rootRow + nfsHere, unknown: true,
			volumes: "v4 0a090901  801 0:48         0:0                               no \n",
			want:    "file system nfs4, mount /srv/data",
		},
		{situation: "volumes that are not readable", host: nfsHere, gap: true},
	} {
		v := mountedFileSystems(t, test.host, test.other, test.volumes)
		if test.own != "" {
			nstest.Must(t, os.WriteFile(v.fs.Root()+"/thread-self/mountinfo", []byte(test.own), 0o600))
		}
		seen, gaps := fileSystems(v)
		got := ""
		for _, s := range seen {
			got += s.Pin.String()
			if unknown := s.ID.Ino == 0 && s.NSID < 0; unknown != test.unknown || !unknown && s.ID != v.own {
				t.Errorf("%s: %+v", test.situation, s)
			}
		}
		if got != test.want {
			t.Errorf("%s: %q", test.situation, got)
		}
		if len(gaps) > 0 != test.gap {
			t.Errorf("%s: gaps %v", test.situation, gaps)
		}
	}
}

// TestUntoldFileSystems: of other file systems it is not known which namespace they hold. Those of
// the host are taken to be of its own.
func TestUntoldFileSystems(t *testing.T) {
	for _, test := range []struct {
		situation, host, other string
		gaps                   []Gap
	}{
		{situation: "of the host", host: "31 22 0:50 / /proc/fs/nfsd rw - nfsd nfsd rw\n32 22 0:51 / /run/rpc_pipefs rw - rpc_pipefs sunrpc rw\n", other: "33 22 0:50 / /old/proc/fs/nfsd rw - nfsd nfsd rw\n"},
		{
			situation: "elsewhere on the host", host: "31 22 0:52 / /mnt rw - cifs //files/share rw\n",
			gaps: []Gap{{What: GapFileSystems, Count: 1, PID: 9000001, MountNamespace: 500, Path: "/mnt"}},
		},
		{
			situation: "of a container", other: "31 22 0:50 / /proc/fs/nfsd rw - nfsd nfsd rw\n",
			gaps: []Gap{{What: GapFileSystems, Count: 1, PID: 9000002, MountNamespace: 501, Path: "/proc/fs/nfsd"}},
		},
		{situation: "no such file system", host: "31 22 0:50 / /sys rw - sysfs sysfs rw\n"},
	} {
		v := mountedFileSystems(t, test.host, test.other, "")
		seen, gaps := fileSystems(v)
		expect(t, seen, nil)
		if len(gaps) != len(test.gaps) {
			t.Errorf("%s: %v", test.situation, gaps)
			continue
		}
		expectGaps(t, gaps, test.gaps...)
	}
}

// TestNFSRemembered: where nothing leads to the namespace any more, an earlier scan tells which it is.
func TestNFSRemembered(t *testing.T) {
	v := mountedFileSystems(t, nfsHere, "", "v4 0a090901  801 0:47         0:0                               no \n")
	seen, _ := fileSystems(v)
	if len(seen) != 1 {
		t.Fatal(seen)
	}
	before := &Snapshot{Namespaces: gather([]sighting{{Identity: netnsctl.Identity{ID: netID(99)}, Pin: seen[0].Pin}})}
	later := mountedFileSystems(t, nfsHere, "", "v4 0a090901  801 0:48         0:0                               no \n")
	later.remembered = remember(before)
	if seen, _ := fileSystems(later); len(seen) != 1 || seen[0].ID != netID(99) {
		t.Errorf("%+v", seen)
	}
}
