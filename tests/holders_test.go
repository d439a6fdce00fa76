package tests

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// holderVariable makes a copy of the test binary hold a new network namespace in
// the way that it names; see holders.
const holderVariable = "NETNSCTL_TEST_HOLD"

// heldName is the variable with the name of the namespace that a holder holds instead of a new
// one.
const heldName = holderVariable + "_NAME"

// init, because a holder must not become a test run. "$HOLD KIND" in a script
// starts one in the background and prints its pid and the namespace's inode
// number.
func init() {
	kind, run := os.Getenv(holderVariable), os.Getenv(holderVariable+"_RUN") != ""
	switch {
	case run:
		becomeHolder(kind)
	case kind != "":
		startHolder()
	}
}

func startHolder() {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), holderVariable+"_RUN=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		var line string
		if line, err = bufio.NewReader(out).ReadString('\n'); err == nil {
			fmt.Print(line)
			os.Exit(0)
		}
	}
	fmt.Fprintln(os.Stderr, "holder:", err)
	os.Exit(1)
}

// becomeHolder holds a namespace until it is killed. The main thread stays in its
// own namespace; another one makes the new one, and goes back unless it is itself
// the pin.
func becomeHolder(kind string) {
	ready := make(chan uint64)
	go func() {
		runtime.LockOSThread()
		home := must(unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0))
		if name := os.Getenv(heldName); name != "" {
			fd := must(unix.Open("/run/netns/"+name, unix.O_RDONLY|unix.O_CLOEXEC, 0))
			check(unix.Setns(fd, unix.CLONE_NEWNET))
			unix.Close(fd)
		} else {
			check(unix.Unshare(unix.CLONE_NEWNET))
		}
		var st unix.Stat_t
		check(unix.Stat("/proc/thread-self/ns/net", &st))
		name, arg, _ := strings.Cut(kind, ":")
		stay := holders[name](arg)
		if !stay {
			check(unix.Setns(home, unix.CLONE_NEWNET))
		}
		unix.Close(home)
		ready <- st.Ino
		select {}
	}()
	ino := <-ready
	if kind == "leaderless" {
		endLeader(ino)
	}
	fmt.Println(os.Getpid(), ino)
	null := must(unix.Open("/dev/null", unix.O_RDWR, 0))
	for fd := range 3 {
		check(unix.Dup2(null, fd))
	}
	for {
		unix.Pause()
	}
}

// endLeader ends the thread that init runs on, the first one of the process. Another one says
// then that the namespace is held.
func endLeader(ino uint64) {
	go func() {
		for {
			stat, err := os.ReadFile("/proc/self/stat")
			check(err)
			if strings.Contains(string(stat), ") Z ") {
				break
			}
			runtime.Gosched()
		}
		fmt.Println(os.Getpid(), ino)
	}()
	_, _, errno := unix.RawSyscall(unix.SYS_EXIT, 0, 0, 0)
	check(errno)
}

// holders are ways to pin the namespace that the thread is in. Those that need
// the thread to stay there say so.
var holders = map[string]func(arg string) (stay bool){
	"thread":     func(string) bool { return true },
	"leaderless": func(string) bool { return true }, // its process has no other thread there
	"mount": func(on string) bool { // in a mount namespace of the thread alone
		check(unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS))
		check(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
		check(unix.Mount("/run/data", on, "", unix.MS_BIND, ""))
		return true
	},
	"descriptor": func(string) bool {
		openNetns(unix.O_RDONLY)
		return false
	},
	"path": func(string) bool { // O_PATH
		openNetns(unix.O_PATH)
		return false
	},
	"socket": func(arg string) bool {
		switch arg {
		case "tcp":
			check(unix.Listen(must(unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)), 1))
		case "udp":
			must(unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM, 0))
		case "unix":
			must(unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET, 0))
		case "netlink":
			must(unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE))
		case "packet":
			must(unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM, 0))
		}
		return false
	},
	"procfile": func(string) bool {
		must(unix.Open("/proc/thread-self/net/dev", unix.O_RDONLY, 0))
		return false
	},
	"packetring": func(string) bool { // mapped; its socket is closed
		fd := must(unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0))
		ring := unix.TpacketReq{Block_size: 4096, Block_nr: 1, Frame_size: 2048, Frame_nr: 2}
		check(unix.SetsockoptTpacketReq(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &ring))
		_, err := unix.Mmap(fd, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		check(err)
		unix.Close(fd)
		return false
	},
	"tun": func(string) bool {
		fd := must(unix.Open("/dev/net/tun", unix.O_RDWR, 0))
		ifr, err := unix.NewIfreq("held0")
		check(err)
		ifr.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
		check(unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr))
		return false
	},
	"flight": func(arg string) bool { // sent to a unix socket, never received; after another file, if that is the arg
		fd := openNetns(unix.O_RDONLY)
		leaveNetns()
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		check(err)
		if arg == "second" {
			check(unix.Sendmsg(pair[0], []byte("x"), unix.UnixRights(0), nil, 0))
		}
		check(unix.Sendmsg(pair[0], []byte("x"), unix.UnixRights(fd), nil, 0))
		unix.Close(fd)
		unix.Close(pair[0])
		return false
	},
	"peek": func(arg string) bool { // in flight to a socket with an offset for peeks, which it tells in arg.told when arg is written
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		check(err)
		fd := openNetns(unix.O_RDONLY)
		check(unix.Sendmsg(pair[0], []byte("xyz"), unix.UnixRights(fd), nil, 0))
		unix.Close(fd)
		check(unix.SetsockoptInt(pair[1], unix.SOL_SOCKET, unix.SO_PEEK_OFF, 1))
		check(unix.Mkfifo(arg, 0o600))
		check(unix.Mkfifo(arg+".told", 0o600))
		go func() {
			for {
				_, err := os.ReadFile(arg) // waits for a writer
				check(err)
				offset := must(unix.GetsockoptInt(pair[1], unix.SOL_SOCKET, unix.SO_PEEK_OFF))
				check(os.WriteFile(arg+".told", fmt.Appendln(nil, "peek offset", offset), 0o600))
			}
		}()
		return false
	},
	"autofs": func(arg string) bool { // an automount point at arg, which mounts nothing and notes in arg.asked who walks into it
		pipe := make([]int, 2)
		check(unix.Pipe(pipe))
		check(unix.Setpgid(0, 0)) // whose processes walk in freely
		options := fmt.Sprintf("fd=%d,pgrp=%d,minproto=5,maxproto=5,direct", pipe[1], unix.Getpgrp())
		check(unix.Mount("auto", arg, "autofs", 0, options))
		root := must(unix.Open(arg, unix.O_RDONLY|unix.O_DIRECTORY, 0))
		go func() {
			for {
				// struct autofs_v5_packet in linux/auto_fs.h: version, type, token, device,
				// inode, uid, gid, pid, …
				packet := make([]byte, 304)
				must(unix.Read(pipe[0], packet))
				pid := binary.NativeEndian.Uint32(packet[36:])
				comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
				file, err := os.OpenFile(arg+".asked", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
				check(err)
				must(file.Write(comm))
				file.Close()
				const fail = 0x9361 // AUTOFS_IOC_FAIL
				check(unix.IoctlSetInt(root, fail, int(binary.NativeEndian.Uint32(packet[8:]))))
			}
		}()
		return false
	},
	"inotify": func(arg string) bool {
		fd := must(unix.InotifyInit1(0))
		bound(arg, func() {
			must(unix.InotifyAddWatch(fd, arg, unix.IN_ATTRIB))
		})
		return false
	},
	"fanotify": func(arg string) bool {
		fd := must(unix.FanotifyInit(unix.FAN_CLASS_NOTIF, unix.O_RDONLY))
		bound(arg, func() {
			check(unix.FanotifyMark(fd, unix.FAN_MARK_ADD, unix.FAN_OPEN, unix.AT_FDCWD, arg))
		})
		return false
	},
	"ring": func(string) bool { // a file registered with an io_uring
		must(ringWithNetns())
		return false
	},
	"pendingring": func(string) bool { // an io_uring waits for a socket that is closed
		waitInRing(must(unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)))
		return false
	},
	"table": func(string) bool { // in the table of descriptors of a thread alone
		check(unix.Unshare(unix.CLONE_FILES))
		openNetns(unix.O_RDONLY)
		return false
	},
	"copy": func(arg string) bool { // a detached copy of what is mounted at a path
		must(unix.OpenTree(unix.AT_FDCWD, arg, unix.OPEN_TREE_CLONE|unix.AT_RECURSIVE))
		return false
	},
	"tree": func(arg string) bool { // in a detached mount tree
		check(os.MkdirAll(arg+"/deep", 0o755))
		check(unix.Mount("tmpfs", arg, "tmpfs", 0, ""))
		check(unix.Mount("", arg, "", unix.MS_PRIVATE, ""))
		check(os.MkdirAll(arg+"/deep", 0o755))
		check(os.WriteFile(arg+"/deep/ns", nil, 0o600))
		check(unix.Mount("/proc/thread-self/ns/net", arg+"/deep/ns", "", unix.MS_BIND, ""))
		must(unix.OpenTree(unix.AT_FDCWD, arg, unix.OPEN_TREE_CLONE|unix.AT_RECURSIVE))
		check(unix.Unmount(arg, unix.MNT_DETACH))
		return false
	},
}

// waitInRing has an io_uring wait for a socket (io_uring_enter(2)), and closes the socket.
func waitInRing(socket int) {
	params := make([]byte, 120) // struct io_uring_params
	r, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params[0])), 0)
	if errno != 0 {
		check(errno)
	}
	ring, number := int(r), binary.NativeEndian
	tail, array := number.Uint32(params[44:]), number.Uint32(params[64:]) // sq_off.tail and sq_off.array
	const offSQEs, pollAdd = 0x10000000, 6
	queue, err := unix.Mmap(ring, 0, int(array)+4, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	check(err)
	entry, err := unix.Mmap(ring, offSQEs, 64, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	check(err)
	entry[0] = pollAdd // struct io_uring_sqe: opcode, flags, ioprio, fd, …, poll32_events
	number.PutUint32(entry[4:], uint32(socket))
	number.PutUint32(entry[28:], unix.POLLIN)
	number.PutUint32(queue[tail:], 1)
	if n, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, r, 1, 0, 0, 0, 0); n != 1 {
		check(errno)
	}
	unix.Close(socket)
}

func openNetns(flags int) int { return must(unix.Open("/proc/thread-self/ns/net", flags, 0)) }

// leaveNetns moves the thread to where the first one is.
func leaveNetns() {
	fd := must(unix.Open("/proc/self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0))
	check(unix.Setns(fd, unix.CLONE_NEWNET))
	unix.Close(fd)
}

// bound mounts the thread's namespace on a file while f runs.
func bound(file string, f func()) {
	check(os.WriteFile(file, nil, 0o600))
	check(unix.Mount("/proc/thread-self/ns/net", file, "", unix.MS_BIND, ""))
	f()
	check(unix.Unmount(file, unix.MNT_DETACH))
}

func must(fd int, err error) int {
	check(err)
	return fd
}

// check ends a holder: its starter tells.
func check(err error) {
	if err != nil {
		_, _, line, _ := runtime.Caller(1)
		fmt.Fprintf(os.Stderr, "holder, line %d: %v\n", line, err)
		os.Exit(1)
	}
}
