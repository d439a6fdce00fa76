#!/bin/sh
# sandbox.sh COMMAND…: runs a command in mount, network, pid and ipc namespaces
# of its own with an empty /run and /var/lib, in a user namespace where we are not root. All
# that the command makes and starts ends with it.
set -eu
if [ "$1" = --inside ]; then
	shift
	mount -t tmpfs -o mode=755 tmpfs /run
	mount -t tmpfs -o mode=755 tmpfs /var/lib
	# Not exec: the first process of a pid namespace ignores Ctrl-C.
	"$@"
	exit $?
fi
set -- --mount --net --pid --ipc --fork --kill-child --mount-proc -- "$0" --inside "$@"
[ "$(id -u)" = 0 ] || set -- --user --map-root-user "$@"
exec unshare "$@"
