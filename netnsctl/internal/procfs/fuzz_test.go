package procfs

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
)

// FuzzStat: a command of any bytes, other parentheses among them, does not move
// the fields after it.
func FuzzStat(f *testing.F) {
	const after = " S 1 12 12 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 1 0 "
	f.Add([]byte("12 (sh)"+after+"1234 2560000 100\n"), []byte("sh"), int64(1234))
	f.Add([]byte("12 (a) b) S 1"), []byte("a) S 1 2 ("), int64(0))
	f.Add([]byte(""), []byte("\x00\xff\n"), int64(-1))
	f.Fuzz(func(t *testing.T, raw, command []byte, ticks int64) {
		StartTicks(raw) // no panic
		stat := bytes.Join([][]byte{[]byte("12 ("), command, []byte(")" + after + strconv.FormatInt(ticks, 10) + " 0\n")}, nil)
		if got, err := StartTicks(stat); err != nil || got != ticks {
			t.Errorf("%q: %d, %v", stat, got, err)
		}
	})
}

// FuzzCgroup: what is found is a part of what was read, and an id is one.
func FuzzCgroup(f *testing.F) {
	f.Add("0::/kubepods.slice/kubepods-pod1d6a2b7e_48f0_4f3c_9d6a_2b7e48f09f3c.slice/cri-containerd-" + strings.Repeat("9f", 32) + ".scope\n")
	f.Add("12:pids:/docker/" + strings.Repeat("0", 64) + "\n0::/system.slice/x.service\n")
	f.Add("::pod.slice")
	f.Fuzz(func(t *testing.T, text string) {
		unit, container, pod := parseCgroup(text)
		if !strings.Contains(text, unit) || !strings.Contains(text, container) {
			t.Errorf("%q: unit %q, container %q", text, unit, container)
		}
		if len(container) != 0 && len(container) != 64 || len(pod) != 0 && len(pod) != 36 {
			t.Errorf("%q: container %q, pod %q", text, container, pod)
		}
	})
}

// FuzzLinks: what is taken for a number is that number, and a pid is one as procfs
// has it.
func FuzzLinks(f *testing.F) {
	for _, seed := range []string{"net:[4026531840]", "/proc/12/ns/net", "/proc/+1/ns/net", "/proc/012/ns", "net:[18446744073709551616]", "net:[]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if ino, ok := ParseLink([]byte(text), "net"); ok {
			digits := strings.TrimSuffix(strings.TrimPrefix(text, "net:["), "]")
			if want, err := strconv.ParseUint(digits, 10, 64); err != nil || ino != want {
				t.Errorf("%q is %d", text, ino)
			}
		}
		if pid, ok := ProcessOf(text, "/proc"); ok && !strings.HasPrefix(text, "/proc/"+strconv.Itoa(pid)+"/") {
			t.Errorf("%q is of pid %d", text, pid)
		}
	})
}
