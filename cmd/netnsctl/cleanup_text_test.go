package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestReasonOfManyMounts: the line on a namespace stays short, whatever a user mounts.
func TestReasonOfManyMounts(t *testing.T) {
	ns := &discover.Namespace{}
	for i := range maxMounts + 5000 {
		ns.Pins = append(ns.Pins, discover.Pin{Kind: discover.MountPin, Mount: &discover.Mount{Path: "/run/" + strconv.Itoa(i), Host: true}})
	}
	text := reason(clean.Step{Action: clean.Release, Namespace: ns})
	if strings.Count(text, "mount /run/") != maxMounts || !strings.HasSuffix(text, "; and 5000 more mounts)") {
		t.Error(text)
	}
	ns.Pins = ns.Pins[:2]
	if text := reason(clean.Step{Action: clean.Release, Namespace: ns}); text != " (mount /run/0; mount /run/1)" {
		t.Error(text)
	}
}

// TestSkippedRemedy: nobody is told to end process 1.
func TestSkippedRemedy(t *testing.T) {
	more := &discover.Gap{MorePIDs: 2}
	for _, test := range []struct {
		skipped clean.Skipped
		want    string
	}{
		{clean.Skipped{Holder: &clean.Holder{PID: 7}}, "end that process first"},
		{clean.Skipped{Holder: &clean.Holder{PID: 7}, Gap: more}, "end these processes first"},
		{clean.Skipped{Holder: &clean.Holder{PID: 1}}, ""},
		{clean.Skipped{Holder: &clean.Holder{PID: 1}, Gap: more}, ""},
	} {
		if got := skippedRemedy(test.skipped, forceOrphans(netnsctl.Host{})); got != test.want {
			t.Errorf("pid %d: %q", test.skipped.Holder.PID, got)
		}
	}
}
