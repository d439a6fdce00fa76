package container

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMentioned: a word counts where something begins with it, such as an ID.
func TestMentioned(t *testing.T) {
	s := Read(write(t, map[string]string{
		"var/lib/docker/network/files/local-kv.db":                                     "docker/network/v1.0/sandbox/f00d" + sandbox + "/\x00",
		"var/lib/containers/storage/db.sql":                                            "SQLite\x00{\"netns\":\"/run/netns/netns-1\"}",
		"var/lib/rancher/rke2/agent/containerd/io.containerd.metadata.v1.bolt/meta.db": "/run/netns/cni-9",
	}), nil)
	want := Mentions{Words: map[string]bool{"f00d": true, "netns-1": true, "cni-9": true}}
	if diff := cmp.Diff(want, s.Mentioned([]string{"f00d", "netns-1", "netns-2", "cni-9", "cni-99"})); diff != "" {
		t.Error(diff)
	}
}

// TestPathMentioned: the name lab is mentioned where a database may have its path.
func TestPathMentioned(t *testing.T) {
	for _, test := range []struct {
		situation, name, text string
		want                  bool
	}{
		{"in JSON", "lab", `{"type":"network","path":"/run/netns/lab"}`, true},
		{"of the old run directory", "lab", `"/var/run/netns/lab"`, true},
		{"before the next key of bbolt", "lab", "/run/netns/labstate", true},
		{"no path", "lab", `"lab" "/srv/lab" "lab/netns"`, false},
		{"another name", "lab", `"/run/netns/la" "/run/netns/alab"`, false},
		{"a name that JSON escapes", "a&b", `"/run/netns/a\u0026b"`, true},
		{"a name with a blank", "my lab", `"/run/netns/my lab"`, true},
		{"a page ends within it", "lab", "/run/netns/la\x00\x00\x00\x05", true},
		{"the file ends within it", "lab", "/run/netns/la", true},
		{"a page ends within the run directory", "lab", "/run/net\x0d\x00", true},
		{"a page ends before that", "lab", "\"/run/\x00\x00\x00A" + "netns/lab\"", true},
		{"a page begins within the path", "lab", "\x00\x00\x00/netns/lab\"", true},
		{"a page ends within another name", "lab", "/run/netns/web\x00/run/lock\x00", false},
	} {
		s := Read(write(t, map[string]string{"var/lib/containers/storage/db.sql": test.text}), nil)
		word := PathWord(test.name)
		if m := s.Mentioned([]string{"f00", word, ""}); m.Words[word] != test.want || m.Words["f00"] {
			t.Errorf("%s: %v", test.situation, m)
		}
	}
}

// TestUnreadDatabase: a database that is too large is none that has nothing.
func TestUnreadDatabase(t *testing.T) {
	const file = "/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db"
	root := write(t, map[string]string{file: ""})
	if err := os.Truncate(root+file, maxDatabase+1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Mentions{Words: map[string]bool{}, Unread: []string{file}}, Read(root, nil).Mentioned([]string{"netns/lab"})); diff != "" {
		t.Error(diff)
	}
}
