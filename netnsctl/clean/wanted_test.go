package clean_test

import (
	"os"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/keep"
)

// TestMakeWanted: what a keep file wants stays, also where it is a target.
func TestMakeWanted(t *testing.T) {
	const line = "/etc/netnsctl/keep.d/vpn.conf:3"
	w := newWorld()
	w.dead.WantedBy = line
	w.vpn.WantedBy, w.idle.WantedBy = line, line
	w.orphan.WantedBy, w.orphan.Verdict = line, discover.Idle
	wired := leak()
	wired.ID.Ino, wired.Verdict, wired.Reason, wired.WantedBy = 101, discover.Wired, "v0 joins v1 of vpn", line
	w.snap.Namespaces = append(w.snap.Namespaces, wired)
	const kept = ": kept by " + line
	for targets, want := range map[string]string{
		"":           "skip dead" + kept + "\nskip net:[101]" + kept,
		"dead":       "skip dead" + kept,
		"vpn":        "skip vpn" + kept,
		"net:[100]":  "skip net:[100]" + kept,
		"net:[101]":  "skip net:[101]" + kept,
		"/run/netns": "missing /run/netns",
	} {
		var words []string
		if targets != "" {
			words = []string{targets}
		}
		if got := decide(w.snap, words...); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", targets, got, want)
		}
	}
	plan, err := clean.Make(w.snap, clean.Request{Targets: []string{"vpn"}})
	if err != nil || plan.Skipped[0].WantedBy != line || plan.Skipped[0].Kind != clean.Kept {
		t.Errorf("%v, %+v", err, plan)
	}
}

// TestWantedMeanwhile: a line that was written after the plan counts, and so does one that cannot
// be understood.
func TestWantedMeanwhile(t *testing.T) {
	for text, want := range map[string]string{
		"dead\n/run/a # both": "spared: kept by " + keep.Dir + "/x.conf:1, spared: kept by " + keep.Dir + "/x.conf:2",
		"other":               "removed, released",
		"dead\na[": "spared: a line may want it kept: " + keep.Dir + "/x.conf:2: not a valid glob, " +
			"spared: a line may want it kept: " + keep.Dir + "/x.conf:2: not a valid glob",
	} {
		nstest.Run(t, func(t *testing.T) {
			nstest.Shell(t, `mkdir /run/netns; : >/run/netns/dead; touch /run/a; unshare --net=/run/a true`)
			snap, plan := planned(t, "dead", "/run/a")
			snap.Host.StateRoot = "/run/root"
			nstest.Must(t, os.MkdirAll("/run/root"+keep.Dir, 0o755))
			nstest.Must(t, os.WriteFile("/run/root"+keep.Dir+"/x.conf", []byte(text), 0o644))
			if got := outcomes(snap, plan); got != want {
				t.Errorf("%q: %q, want %q", text, got, want)
			}
		})
	}
}
