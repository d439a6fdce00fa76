package compat

import "testing"

func TestFaceOf(t *testing.T) {
	for name, want := range map[string]Face{
		"netnsctl": FaceNetnsctl, "/usr/bin/netnsctl": FaceNetnsctl, "./netnsctl": FaceNetnsctl,
		"ip-netns": FaceIPNetns, "/usr/local/bin/ip-netns": FaceIPNetns,
		"ipnetns": FaceIPNetns, "xxnet": FaceIPNetns,
		"ip": FaceIP, "/sbin/ip": FaceIP, "netns": FaceIP, "ipne": FaceIP, "": FaceIP, "ipaddr": FaceIP,
	} {
		if got := FaceOf([]string{name, "list"}); got != want {
			t.Errorf("%q is face %d, want %d", name, got, want)
		}
	}
	if got := FaceOf(nil); got != FaceIP {
		t.Errorf("no words at all are face %d", got)
	}
}

func TestIsNetns(t *testing.T) {
	for word, want := range map[string]bool{
		"net": true, "netn": true, "netns": true,
		"": false, "n": false, "ne": false, "netnss": false, "NETNS": false, "nets": false, " netns": false,
	} {
		if got := IsNetns(word); got != want {
			t.Errorf("%q: %v", word, got)
		}
	}
}

func TestIsForNetns(t *testing.T) {
	for _, test := range []struct {
		argv []string
		want bool
	}{
		{[]string{"ip", "netns"}, true},
		{[]string{"ip", "-6", "-br", "-netns", "x", "net", "list"}, true},
		{[]string{"ip", "--all", "netns", "delete"}, true},
		{[]string{"ip", "-c=never", "--", "netns"}, true},
		{[]string{"ip", "-n", "netns", "link"}, false},
		{[]string{"ip", "link"}, false},
		{[]string{"ip", "ne"}, false},
		{[]string{"ip"}, false},
		{[]string{"ip", "--"}, false},
		{[]string{"ip", "-x", "netns"}, false},
		{[]string{"ip", "-V", "netns"}, false},
		{[]string{"ip", "-he", "netns"}, false},
		{[]string{"ip", "-n"}, false},
		{[]string{"ip", "-b", "/nonexistent"}, false},
		{[]string{"ip", "-b", "/dev/null", "netns"}, true}, // cannot be read twice
		{[]string{"ip", "-b", "-"}, true},
		{[]string{"ipaddr", "netns"}, false},
	} {
		if got := isForNetns(test.argv); got != test.want {
			t.Errorf("%q: %v", test.argv, got)
		}
	}
}
