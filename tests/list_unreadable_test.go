package tests

import (
	"fmt"
	"testing"
)

// TestListWithoutDescriptor: what is not the whole list is an error.
func TestListWithoutDescriptor(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add a; netnsctl add b; netnsctl set a 7; ln -s a /run/netns/c`)
	ip, ipNetns := faces[2].program(), faces[1].program()
	for _, call := range []string{
		"netnsctl list", "netnsctl list --json", "netnsctl list --names", "netnsctl list-id", "netnsctl -all exec true",
		ipNetns + " list", ip + " netns list", ip + " -json netns list", ip + " netns list-id", ip + " netns list --names",
	} {
		whole := w.command("/bin/sh", "-c", call)
		failed := 0
		for limit := 3; limit < 12; limit++ {
			a := w.command("/bin/sh", "-c", fmt.Sprintf("ulimit -n %d; exec %s", limit, call))
			switch {
			case a.status == "1" && a.stdout == "" && a.stderr != "":
				failed++
			case a.status != whole.status || a.stdout != whole.stdout:
				t.Errorf("%s with %d descriptors: %v, want %v", call, limit, a, whole)
			}
		}
		if failed == 0 || failed > 4 {
			t.Errorf("%s fails with %d of 9 limits", call, failed)
		}
	}
	a := w.command("/bin/sh", "-c", "ulimit -n 3; exec netnsctl -all delete")
	expectParts(t, "-all delete", a, "1", a.stderr, "Failed to open directory /run/netns: Too many open files\n")
	w.shell(`test "$(netnsctl list --names | wc -l)" = 3`)
}

// TestListUnreadable: for ip there are no names then.
func TestListUnreadable(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	ip := faces[2].program()
	expectAnswer(t, "no directory", w.run("list"), "0", "", "")
	expectAnswer(t, "no directory, JSON", w.run("-json", "list"), "0", "[]\n", "")
	expectAnswer(t, "no directory, option --json", w.run("list", "--json"), "0", "[]\n", "")
	expectAnswer(t, "no directory, pretty", w.run("-json", "-pretty", "list"), "0", "[ ]\n", "")
	expectAnswer(t, "no directory, ip", w.command(ip, "-json", "netns", "list"), "0", "", "")
	w.shell(`: >/run/netns`)
	const reason = "Failed to open directory /run/netns: Not a directory\n"
	expectAnswer(t, "a file", w.run("list"), "1", "", reason)
	expectAnswer(t, "a file, JSON", w.run("-json", "list"), "1", "", reason)
	expectAnswer(t, "a file, list-id", w.run("list-id"), "1", "", reason)
	expectAnswer(t, "a file, ip", w.command(ip, "netns", "list"), "0", "", "")
	expectAnswer(t, "a file, ip, list-id", w.command(ip, "netns", "list-id"), "0", "", "")
}
