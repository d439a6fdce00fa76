package procfs

import "testing"

func TestParseLink(t *testing.T) {
	for in, want := range map[string]uint64{
		"net:[4026531840]": 4026531840, "net:[1]": 1, "net:[]": 0, "net:[x]": 0, "net:[1": 0, "mnt:[1]": 0, "": 0,
		"net:[-1]": 0, "net:[1] (deleted)": 0,
	} {
		got, ok := ParseLink([]byte(in), "net")
		if got != want && ok || ok != (want != 0) {
			t.Errorf("%q: %d, %v", in, got, ok)
		}
	}
}

func TestParseCgroup(t *testing.T) {
	const id = "9f3c1d6a2b7e48f09f3c1d6a2b7e48f09f3c1d6a2b7e48f09f3c1d6a2b7e48f0"
	for text, want := range map[string][3]string{
		"0::/system.slice/docker.service\n":                                    {"docker.service", "", ""},
		"12:pids:/docker/" + id + "\n0::/\n":                                   {"", id, ""},
		"0::/system.slice/docker-" + id + ".scope\n":                           {"docker-" + id + ".scope", id, ""},
		"0::/user.slice/user-1000.slice/session-3.scope\n":                     {"session-3.scope", "", ""},
		"0::/kubepods/burstable/pod1d6a2b7e-48f0-4f3c-9d6a-2b7e48f09f3c/" + id: {"", id, "1d6a2b7e-48f0-4f3c-9d6a-2b7e48f09f3c"},
		"0::/kubepods.slice/kubepods-pod1d6a2b7e_48f0_4f3c_9d6a_2b7e48f09f3c.slice/cri-containerd-" + id + ".scope": {
			"cri-containerd-" + id + ".scope", id, "1d6a2b7e-48f0-4f3c-9d6a-2b7e48f09f3c",
		},
		"nonsense": {},
	} {
		unit, container, pod := parseCgroup(text)
		if got := [3]string{unit, container, pod}; got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestProcessOf(t *testing.T) {
	for target, want := range map[string]int{
		"/proc/12/ns/net": 12, "/proc/12/task/13/ns/net": 12, "/proc/self/ns/net": 0, "/proc/12": 0, "12/ns/net": 0, "/proc/-1/ns/net": 0,
	} {
		if got, ok := ProcessOf(target, "/proc"); ok != (want != 0) || ok && got != want {
			t.Errorf("%s: %d, %v", target, got, ok)
		}
	}
}

func TestNetFile(t *testing.T) {
	for _, test := range []struct {
		link, file string
		ok         bool
	}{
		{link: "/proc/12/net/dev", file: "dev", ok: true},
		{link: "/proc/12/task/13/net/stat/nf_conntrack (deleted)", file: "stat/nf_conntrack", ok: true},
		{link: "/net/jail/proc/12/net/tcp", file: "tcp", ok: true},
		{link: "/12/net/tcp", file: "tcp", ok: true}, // of a procfs that is mounted nowhere
		{link: "/proc/cpuinfo"},
		{link: "/srv/x12/net/dev"},
		{link: "/net/dev"},
		{link: ""},
	} {
		if file, ok := NetFile([]byte(test.link)); file != test.file || ok != test.ok {
			t.Errorf("%q: %q, %v", test.link, file, ok)
		}
	}
}
