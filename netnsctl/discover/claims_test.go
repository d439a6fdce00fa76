package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
)

// TestRunsAndDoesNotTell: a runtime that runs, and whose files do not tell, may want a name of its form.
func TestRunsAndDoesNotTell(t *testing.T) {
	const id = "ce5ee4ce-f2b5-4b5e-8a0f-7f7c8a6dcf5a"
	for _, test := range []struct {
		situation string
		name      string
		asked     []string
		runs      string
		untold    bool
	}{
		{situation: "a name by hand", name: "router", runs: "containerd"},
		{situation: "containerd does not run", name: "cni-1"},
		{situation: "containerd with its files elsewhere", name: "cni-1", runs: "containerd", untold: true},
		{situation: "docker alone was asked", name: "cni-1", asked: []string{"docker"}, runs: "containerd", untold: true},
		{situation: "containerd was asked", name: "cni-1", asked: []string{"containerd"}, runs: "containerd"},
		{situation: "the containerd of k3s", name: "cni-1", asked: []string{"k3s"}, runs: "containerd"},
		{situation: "cri-o, whose records are those of podman", name: id, asked: []string{"podman"}, runs: "cri-o"},
		{situation: "nomad beside podman", name: id, asked: []string{"podman"}, runs: "nomad", untold: true},
		{situation: "neutron, whose files do not have all", name: "qrouter-" + id, asked: []string{"neutron"}, runs: "neutron", untold: true},
		{situation: "neutron does not run", name: "qrouter-" + id, asked: []string{"neutron"}, runs: "nomad"},
	} {
		s := runtimeState{State: container.State{Asked: test.asked}}
		running := func() map[string]int { return map[string]int{test.runs: 7} }
		want := ""
		if test.untold {
			want = test.runs + " runs (pid 7), and no file of it tells whether it wants " + test.name
		}
		if got := s.untold([]string{test.name}, running); got != want {
			t.Errorf("%s: %q, want %q", test.situation, got, want)
		}
	}
}

// TestExists: nerdctl puts its namespace before the ID that it gives to CNI.
func TestExists(t *testing.T) {
	var s runtimeState
	s.records.add(0, netnsctl.ID{}, "", "f00", "")
	for id, want := range map[string]bool{"f00": true, "default-f00": true, "k8s.io-f00": true, "f0": false, "xf00": false, "": false, "-": false} {
		if got := s.exists(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
}
