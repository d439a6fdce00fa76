#!/bin/sh
# dns-daemons.sh BINARY: 500 look-ups of host names by a program of glibc and 500 by one of musl, in
# a namespace under `exec --dns=isolated`, while the host's real systemd-resolved and nscd start
# again and replace their files. None may reach the host's name server. The daemons are those
# of unpacked Debian packages, and run in a sandbox.
set -eu
here=$(dirname "$(realpath "$0")")
if [ "$1" != --inside ]; then
	binary=$(realpath "$1")
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
	chmod 755 "$dir"
	(cd "$dir" && apt-get -qq download systemd-resolved libnss-resolve nscd 2>/dev/null && for f in *.deb; do dpkg-deb -x "$f" .; done)
	gcc -o "$dir/glibc" "$here/testdata/dns-lookup.c"
	musl-gcc -static -o "$dir/musl" "$here/testdata/dns-lookup.c"
	"$here/sandbox.sh" "$here/dns-daemons.sh" --inside "$binary" "$dir"
	exit
fi
netnsctl=$2 dir=$3
PATH=$PATH:/usr/sbin LD_LIBRARY_PATH=$(ls -d "$dir"/usr/lib/*-linux-gnu)
export PATH LD_LIBRARY_PATH

mount -t tmpfs tmpfs /srv
mkdir -p /srv/upper /srv/work
mount -t overlay none -o lowerdir=/etc,upperdir=/srv/upper,workdir=/srv/work /etc
grep -q ^systemd-resolve: /etc/passwd || echo 'systemd-resolve:x:991:991::/:/usr/sbin/nologin' >>/etc/passwd
grep -q ^systemd-resolve: /etc/group || echo 'systemd-resolve:x:991:' >>/etc/group
mkdir -p /etc/systemd /etc/netns/v
printf '[Resolve]\nDNS=127.0.0.1:5300\nDNSSEC=no\n' >/etc/systemd/resolved.conf
printf 'enable-cache hosts yes\n' >/etc/nscd.conf
sed -i 's/^hosts:.*/hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns/' /etc/nsswitch.conf
ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
echo nameserver 10.9.9.9 >/etc/netns/v/resolv.conf

# start_resolved and start_nscd make the directories that systemd makes for the daemons.
start_resolved() {
	mkdir -p /run/systemd/resolve && chown systemd-resolve: /run/systemd/resolve
	"$dir/lib/systemd/systemd-resolved" >>/run/resolved.log 2>&1 &
	resolved=$!
	until test -S /run/systemd/resolve/io.systemd.Resolve && test -e /run/systemd/resolve/stub-resolv.conf; do kill -0 $resolved || { cat /run/resolved.log; exit 1; }; sleep 0.01; done
}
start_nscd() {
	mkdir -p /run/nscd
	"$dir/usr/sbin/nscd" -F >>/run/nscd.log 2>&1 &
	nscd=$!
	until test -S /run/nscd/socket; do sleep 0.01; done
}
stop() { kill "$1" && wait "$1" || true; }
asked() { grep -c "$2" "/run/$1" || true; }

ip link set lo up
ip link add up0 type veth peer name up1 # without an address elsewhere systemd-resolved asks nobody
ip address add 192.0.2.1/24 dev up0
ip link set up0 up
ip link set up1 up
"$netnsctl" add v
ip -n v link set lo up
ip -n v address add 10.9.9.9/32 dev lo
start_resolved
start_nscd
python3 "$here/dns-server.py" 127.0.0.1 5300 /run/host &
"$netnsctl" exec v python3 "$here/dns-server.py" 10.9.9.9 53 /run/inside &
until grep -qs ready /run/host && grep -qs ready /run/inside; do sleep 0.01; done

echo "the host itself: $("$dir/glibc" outside 10) found, the host's server was asked $(asked host outside) times"
for libc in glibc musl; do
	echo "exec, $libc: $("$netnsctl" exec v "$dir/$libc" "plain-$libc" 10) found, the host's server was asked $(asked host "plain-$libc") times"
done

churn() { # until there is /run/done
	turns=0
	while ! test -e /run/done; do
		case $((turns % 5)) in
		0) cp /run/systemd/resolve/stub-resolv.conf /run/systemd/resolve/new && mv /run/systemd/resolve/new /run/systemd/resolve/stub-resolv.conf ;;
		1) stop $resolved && rm -r /run/systemd/resolve && start_resolved ;;
		2) echo nameserver 127.0.0.53 >/etc/new && mv /etc/new /etc/resolv.conf ;;
		3) stop $nscd && rm -r /run/nscd && start_nscd ;;
		4) ln -s ../run/systemd/resolve/stub-resolv.conf /etc/new && mv /etc/new /etc/resolv.conf ;;
		esac
		turns=$((turns + 1))
		sleep 0.1
	done
	echo "$turns changes on the host"
}
{
	for libc in glibc musl; do
		echo "exec --dns=isolated, $libc: $("$netnsctl" exec --dns=isolated v "$dir/$libc" "isolated-$libc" 500) of 500 found"
	done
	: >/run/done
} &
churn
leaked=$(asked host isolated)
echo "the namespace's server was asked $(asked inside isolated) times, the host's $leaked times"
[ "$leaked" = 0 ]
