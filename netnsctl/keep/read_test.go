package keep_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/keep"
)

// read reads the files below /run/root and gives where the rules and the problems are.
func read() (places []string) {
	rules, problems := keep.Read("/run/root")
	for _, r := range rules {
		places = append(places, r.Place)
	}
	for _, p := range problems {
		places = append(places, p.Place+": "+p.Why)
	}
	return places
}

// TestRead: the files are read in alphabetical order, and only those that root alone can write.
func TestRead(t *testing.T) {
	const dir = "/run/root" + keep.Dir + "/"
	nstest.NeedRoot(t, "only root gives files to others")
	nstest.Run(t, func(t *testing.T) {
		if got := read(); got != nil {
			t.Errorf("without a directory: %q", got)
		}
		nstest.Must(t, os.MkdirAll(dir, 0o755))
		if got := read(); got != nil {
			t.Errorf("an empty directory: %q", got)
		}
		for name, text := range map[string]string{"b.conf": "x\n\ny", "a.conf": "z # 1", "c.conf": "", "README": "[", ".b.conf.swp": "[", ".#b.conf": "["} {
			nstest.Must(t, os.WriteFile(dir+name, []byte(text), 0o644))
		}
		nstest.Must(t, os.Symlink("../../../static", dir+"link.conf"))
		nstest.Must(t, os.WriteFile("/run/root/static", []byte("linked"), 0o644))
		good := []string{keep.Dir + "/a.conf:1", keep.Dir + "/b.conf:1", keep.Dir + "/b.conf:3", keep.Dir + "/link.conf:1"}
		if got := read(); !slices.Equal(got, good) {
			t.Errorf("%q", got)
		}
		for _, test := range []struct {
			change, back, file, why string
		}{
			{`chown 7 z.conf`, ``, "/z.conf", "not owned by root"},
			{`chmod 664 z.conf`, ``, "/z.conf", "writable by others than root"},
			{`rm z.conf; mkfifo z.conf`, ``, "/z.conf", "not a regular file"},
			{`rm z.conf; mkdir z.conf`, `rmdir z.conf;`, "/z.conf", "not a regular file"},
			{`ln -sf nothing z.conf`, ``, "/z.conf", "no such file or directory"},
			{`echo "[" >z.conf`, ``, "/z.conf:1", "not a valid glob"},
			{`head -c 1048576 /dev/zero >z.conf`, ``, "/z.conf", "larger than 1 MiB, together with the files before it"},
			{`ln -sf /dev/zero z.conf`, ``, "/z.conf", "writable by others than root"},
		} {
			nstest.Shell(t, `cd $1; : >z.conf; `+test.change, dir)
			if got := read(); !slices.Equal(got, append(slices.Clone(good), keep.Dir+test.file+": "+test.why)) {
				t.Errorf("%s: %q", test.change, got)
			}
			nstest.Shell(t, `cd $1; `+test.back+` rm -f z.conf`, dir)
		}
		for change, why := range map[string]string{
			`chown 7 .`:                               "not owned by root",
			`chmod 1777 .`:                            "writable by others than root",
			`cd ..; mv keep.d k; touch keep.d`:        "not a directory",
			`cd ..; mv keep.d k; ln -s keep.d keep.d`: "too many levels of symbolic links",
		} {
			nstest.Shell(t, `cd $1; `+change, dir)
			if got := read(); !slices.Equal(got, []string{keep.Dir + ": " + why}) {
				t.Errorf("%s: %q", change, got)
			}
			nstest.Shell(t, `cd /run/root/etc/netnsctl; [ ! -d k ] || { rm keep.d; mv k keep.d; }; chown 0 keep.d; chmod 755 keep.d`)
		}
	})
}

// TestReadNothing: no directory is no rule, a link that leads to none is a problem.
func TestReadNothing(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/root/etc/netnsctl", 0o755))
		const nowhere = ": a symbolic link that leads nowhere"
		for _, test := range []struct{ change, problem string }{
			{`true`, ""},
			{`ln -s /srv/nothing netnsctl/keep.d`, keep.Dir + nowhere},
			{`ln -sf nothing/keep.d netnsctl/keep.d`, keep.Dir + nowhere},
			{`rm -r netnsctl; ln -s nothing netnsctl`, "/etc/netnsctl" + nowhere},
			{`mkdir nothing`, ""},
			{`rm netnsctl`, ""},
			{`cd ..; rm -r etc`, ""},
		} {
			nstest.Shell(t, `cd /run/root/etc; `+test.change)
			if got := strings.Join(read(), ", "); got != test.problem {
				t.Errorf("%s: %q", test.change, got)
			}
		}
	})
}

// TestReadMany: what is read is bounded, and what is left out is told.
func TestReadMany(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		const dir = "/run/root" + keep.Dir + "/"
		nstest.Must(t, os.MkdirAll(dir, 0o755))
		nstest.Must(t, os.WriteFile(dir+"a.conf", []byte(strings.Repeat("a\n", 1001)), 0o644))
		if got := read(); len(got) != 1001 || got[1000] != keep.Dir+"/a.conf:1001: more than 1000 lines" {
			t.Errorf("%d, the last is %q", len(got), got[len(got)-1])
		}
		for i := range 1001 {
			nstest.Must(t, os.WriteFile(dir+strconv.Itoa(1000+i)+".conf", []byte("a"), 0o644))
		}
		if got := read(); len(got) != 1001 || got[1000] != keep.Dir+"/2000.conf: more than 1000 files" {
			t.Errorf("%d, the last is %q", len(got), got[len(got)-1])
		}
	})
}
