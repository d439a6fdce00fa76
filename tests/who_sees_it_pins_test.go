package tests

// pinKind is something that holds the namespace x, as a row of the README's table.
type pinKind struct {
	row  string
	kind string // in JSON
	// hold is a script that ends with the pid of the holder, if it has one. It comes after needs,
	// which fails where the kernel cannot do that.
	needs, hold string
	noPID       bool
}

// holdingX is a script that starts a holder of the namespace x; see holders.
func holdingX(kind string) string {
	return "p=$(" + heldName + "=x $HOLD " + kind + "); echo ${p% *}"
}

// pinKinds are all that the tests can make.
var pinKinds = []pinKind{
	{row: "a process", kind: "process", hold: `inUse x`},
	{row: "threads of a process whose first thread has ended", kind: "process", hold: holdingX("leaderless")},
	{row: "a thread, its process elsewhere", kind: "thread", hold: holdingX("thread")},
	{row: "a descriptor", kind: "descriptor", hold: holdingX("descriptor")},
	{row: "a descriptor with O_PATH", kind: "descriptor", hold: holdingX("path")},
	{row: "a descriptor of a thread with a table of its own", kind: "descriptor", hold: holdingX("table")},
	{row: "a descriptor in flight", kind: "in-flight", hold: holdingX("flight")},
	{row: "a descriptor in flight behind another", kind: "in-flight", hold: holdingX("flight:second")},
	{row: "a TCP socket", kind: "socket", hold: holdingX("socket:tcp")},
	{row: "a unix socket", kind: "socket", hold: holdingX("socket:unix")},
	{row: "a netlink socket", kind: "socket", hold: holdingX("socket:netlink")},
	{row: "a packet socket", kind: "socket", hold: holdingX("socket:packet")},
	{row: "a packet ring whose socket is closed", kind: "packet-ring", hold: holdingX("packetring")},
	{row: "a connection in the queue of a unix listener", kind: "unaccepted", hold: hiddenSockets[0].hold},
	{row: "TCP without a process", kind: "socket", hold: hiddenSockets[1].hold, noPID: true},
	{row: "a tun or tap device's descriptor", kind: "tuntap", hold: holdingX("tun")},
	{
		row: "a macvtap's descriptor", kind: "tuntap",
		needs: `ip link add v0 type veth peer name v1; ip link add tap0 link v0 type macvtap`,
		hold: `
			mkdir /run/sys; mount -t sysfs none /run/sys
			number=$(cat /run/sys/class/net/tap0/tap*/dev); umount /run/sys
			mknod /run/tap c ${number%:*} ${number#*:}
			holdIn x 'os.open("/run/tap", os.O_RDWR)'`,
	},
	{row: "an open file of `/proc/net`", kind: "proc-file", hold: holdingX("procfile")},
	{row: "an inotify mark", kind: "inotify", hold: holdingX("inotify:/run/marked")},
	{row: "a fanotify mark", kind: "fanotify", hold: holdingX("fanotify:/run/marked")},
	{row: "a file of an io_uring", kind: "io_uring", hold: holdingX("ring")},
	{row: "a request in an io_uring whose socket is closed", kind: "io_uring", hold: holdingX("pendingring")},
	{row: "a mount context", hold: holdContext},
	{row: "a mount elsewhere in our mount namespace", kind: "mount", hold: `: >/run/ns; mount --bind /run/netns/x /run/ns`, noPID: true},
	{
		row: "a mount that another mount covers", kind: "mount", noPID: true,
		hold: `mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/x /run/c/ns; mount -t tmpfs none /run/c`,
	},
	{
		row: "a mount in the mount namespace of a process", kind: "mount", noPID: true,
		hold: `elsewhere 'mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/x /run/c/ns'`,
	},
	{
		row: "a mount in a mount namespace without a process", kind: "mount", noPID: true,
		hold: `
			elsewhere 'mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/x /run/c/ns; echo $$ >/run/inside'
			p=$(cat /run/inside)
			setsid sh -c 'exec sleep 1000' 9</proc/$p/ns/mnt >/dev/null 2>&1 & q=$!
			until test -e /proc/$q/fd/9; do sleep 0.01; done
			kill $p; while test -e /proc/$p/ns/mnt; do sleep 0.01; done`,
	},
	{row: "a mount in a detached tree", kind: "detached-tree", hold: holdingX("tree:/run/tree")},
}

// holdContext opens a mount context in the namespace x.
const holdContext = `holdIn x 'assert libc.syscall(430, b"tmpfs", 0) >= 0'` // fsopen(2)
