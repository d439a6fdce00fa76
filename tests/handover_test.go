package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHandOver: a call of the face ip that is clearly for another object becomes the real ip
// before the runtime starts, which would trace what it initialises. The others do so later,
// or are answered here.
func TestHandOver(t *testing.T) {
	t.Parallel()
	fake := filepath.Join(t.TempDir(), "ip")
	if err := os.WriteFile(fake, []byte("#!/bin/sh\nprintf '<%s>' \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	call := func(env []string, words ...string) (stdout string, started bool) {
		cmd := exec.Command(filepath.Join(artefact, "face", "ip", "ip"), words...)
		cmd.Env = append(env, "GODEBUG=inittrace=1")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%q: %v\n%s", words, err, stderr.String())
		}
		return string(out), strings.Contains(stderr.String(), "init runtime @")
	}
	for words, early := range map[string]bool{
		"link":                   true,
		"-br -4 link show":       true,
		"-n blue addr":           true,
		"-netns net1 link":       true,
		"-f inet -c -j route":    true,
		"link set eth9 netns x":  true,
		"-n blue link add netns": true,
		"-n netns link":          false, // netns may be the object
		"-n vrf link":            false,
		"vrf exec red true":      false,
		"-- link":                false,
		"--brief link":           false,
		"-br":                    false,
		"-rcvbuf 9 link":         true,
		"- 3 link":               false,
		"-n -b link":             false,
	} {
		want := "<" + strings.ReplaceAll(words, " ", "><") + ">"
		out, started := call([]string{"NETNSCTL_IP=" + fake}, strings.Fields(words)...)
		if out != want || started == early {
			t.Errorf("%s: printed %s; the runtime was started: %v", words, out, started)
		}
	}
	for _, words := range [][]string{{"-run-dir", "/x", "link"}, {"-run-dir=/x", "link"}, {"-4", "-run-dir", "/x", "link"}} {
		cmd := exec.Command(filepath.Join(artefact, "face", "ip", "ip"), words...)
		cmd.Env = []string{"NETNSCTL_IP=" + fake}
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "--run-dir is for the object netns only") {
			t.Errorf("%q: %v: %s", words, err, out)
		}
	}
	for env, early := range map[string]bool{
		"PATH=/nowhere::" + filepath.Join(artefact, "face", "ip") + ":" + filepath.Dir(fake): true,
		"PATH=" + filepath.Dir(fake) + ":" + filepath.Join(artefact, "face", "ip"):           false, // may be a copy
	} {
		if out, started := call([]string{env}, "link"); out != "<link>" || started == early {
			t.Errorf("%s: printed %s; the runtime was started: %v", env, out, started)
		}
	}
}
