#!/bin/sh
# Before the package goes for good (deb: remove; rpm: 0) the timer is stopped. The
# namespaces of netnsctl@ stay: something may be running in them.
set -e
case $1 in
remove | 0)
	if [ -d /run/systemd/system ]; then
		systemctl stop netnsctl-clean.timer || true
	fi
	if command -v systemctl >/dev/null; then
		systemctl --no-reload disable netnsctl-clean.timer >/dev/null 2>&1 || true
	fi
	;;
esac
