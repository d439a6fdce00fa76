package sys

import (
	"os"
	"slices"
	"testing"
)

func TestChangedEnviron(t *testing.T) {
	t.Setenv("NETNSCTL_A", "1")
	t.Setenv("NETNSCTL_AB", "2")
	env := changedEnviron([]string{"NETNSCTL_A=3", "NETNSCTL_C=x=y", "NETNSCTL_AB", "NETNSCTL_NONE"})
	for word, want := range map[string]bool{
		"NETNSCTL_A=1": false, "NETNSCTL_A=3": true, "NETNSCTL_AB=2": false, "NETNSCTL_C=x=y": true,
		"NETNSCTL_AB": false, "NETNSCTL_NONE": false, "PATH=" + os.Getenv("PATH"): true,
	} {
		if slices.Contains(env, word) != want {
			t.Errorf("%s is there: %v", word, !want)
		}
	}
	if got := changedEnviron(nil); !slices.Equal(got, Environ()) {
		t.Errorf("without changes: %q", got)
	}
}
