package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// builder makes the world that all adversaries work on, with few processes: it is made thousands
// of times. There are names in use (live), idle (t, idle), dead (d) and dangling (p, of a process
// that has ended), leaks in this mount namespace (/run/c/ns) and in that of the process E
// (/run/e/ns, /run/k/ns), where k is in a runtime's record, and a pair of devices from t to live.
// /run/live, /run/E and /run/ended have the numbers of the processes.
type builder struct {
	// proc is the procfs of the host: that of the sandbox does not show its thread.
	proc int
	stay []*exec.Cmd
}

const recordDir = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/web"

func (b *builder) build() error {
	steps := []func() error{
		func() error { return makeDirs("/run/netns", "/run/c", "/run/e", "/run/k", recordDir) },
		func() error { return mount("/run/netns", "/run/netns", "", unix.MS_BIND, "") },
		func() error { return mount("", "/run/netns", "", unix.MS_PRIVATE, "") },
		func() error { return mount("", "/run/netns", "", unix.MS_SHARED, "") },
		func() error {
			return b.namespaces("/run/netns/live", "/run/netns/t", "/run/netns/idle", "/run/c/ns")
		},
		func() error { return os.WriteFile("/run/netns/d", nil, 0) },
		b.ended,
		b.live,
		b.other,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func makeDirs(dirs ...string) error {
	for _, dir := range dirs {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// self opens a namespace of the calling thread.
func (b *builder) self(kind string) (int, error) {
	return unix.Openat(b.proc, "thread-self/ns/"+kind, unix.O_RDONLY|unix.O_CLOEXEC, 0)
}

// namespaces makes network namespaces that are mounted on new files.
func (b *builder) namespaces(files ...string) error {
	own, err := b.self("net")
	if err != nil {
		return err
	}
	defer unix.Close(own)
	for _, file := range files {
		if err := os.WriteFile(file, nil, 0); err != nil {
			return err
		}
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		tree, err := unix.OpenTree(b.proc, "thread-self/ns/net", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
		if err == nil {
			err = unix.MoveMount(tree, "", unix.AT_FDCWD, file, unix.MOVE_MOUNT_F_EMPTY_PATH)
			unix.Close(tree)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return unix.Setns(own, unix.CLONE_NEWNET)
}

// ended lets a process end, to whose namespace a name leads.
func (b *builder) ended() error {
	a, err := command{path: "/bin/sh", argv: []string{"sh", "-c", "echo $$"}, dir: "/"}.run()
	if err != nil {
		return err
	}
	pid := strings.TrimSpace(a.stdout)
	if err := os.WriteFile("/run/ended", []byte(pid), 0o600); err != nil {
		return err
	}
	return os.Symlink("/proc/"+pid+"/ns/net", "/run/netns/p")
}

// live starts the process in the namespace live, and connects that with t.
func (b *builder) live() error {
	own, err := b.self("net")
	if err != nil {
		return err
	}
	defer unix.Close(own)
	live, err := netns.GetFromPath("/run/netns/live")
	if err != nil {
		return err
	}
	defer live.Close()
	if err := netns.Set(live); err != nil {
		return err
	}
	if err := b.sleep("/run/live"); err != nil {
		return err
	}
	t, err := netns.GetFromPath("/run/netns/t")
	if err != nil {
		return err
	}
	defer t.Close()
	if err := netns.Set(t); err != nil {
		return err
	}
	veth := netlink.NewVeth(netlink.LinkAttrs{Name: "wt0"})
	veth.PeerName, veth.PeerNamespace = "wt1", netlink.NsFd(live)
	if err := netlink.LinkAdd(veth); err != nil {
		return err
	}
	return unix.Setns(own, unix.CLONE_NEWNET)
}

// other starts the process E, in a mount namespace with leaks.
func (b *builder) other() error {
	own, err := b.self("mnt")
	if err != nil {
		return err
	}
	defer unix.Close(own)
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return err
	}
	if err := mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := b.namespaces("/run/e/ns", "/run/k/ns"); err != nil {
		return err
	}
	if err := b.sleep("/run/E"); err != nil {
		return err
	}
	if err := unix.Setns(own, unix.CLONE_NEWNS); err != nil {
		return err
	}
	pid, err := os.ReadFile("/run/E")
	if err != nil {
		return err
	}
	record := fmt.Sprintf(`{"linux":{"namespaces":[{"type":"network","path":"/proc/%s/root/run/k/ns"}]}}`, pid)
	return os.WriteFile(interleaveRecord, []byte(record), 0o600)
}

// sleep starts a process in the namespaces of the thread, and writes its number into a file.
func (b *builder) sleep(file string) error {
	cmd := exec.Command("/bin/sleep", "1000")
	cmd.Dir, cmd.SysProcAttr = "/", &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	b.stay = append(b.stay, cmd)
	status, err := unix.Openat(b.proc, fmt.Sprintf("%d/status", cmd.Process.Pid), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(status)
	text := make([]byte, 4096)
	n, err := unix.Read(status, text)
	if err != nil {
		return err
	}
	_, after, _ := strings.Cut(string(text[:n]), "NSpid:")
	line, _, _ := strings.Cut(after, "\n")
	pids := strings.Fields(line)
	return os.WriteFile(file, []byte(pids[len(pids)-1]), 0o600)
}

// end kills all processes of the sandbox but its first, and waits until they are gone.
func (b *builder) end() {
	for left := true; left; {
		left = false
		dirs, _ := filepath.Glob("/proc/[0-9]*")
		for _, dir := range dirs {
			if dir == "/proc/1" || namespaceOf(dir+"/ns/net") == "" {
				continue
			}
			left = true
			if fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err == nil {
				_ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
				unix.Close(fd)
			}
		}
	}
	for _, cmd := range b.stay {
		_ = cmd.Wait()
	}
	b.stay = nil
}
