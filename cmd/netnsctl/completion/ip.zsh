
# "ip netns" too; the previous completion of ip completes all other objects.

_netnsctl_ip() {
	_netnsctl "$@" && return
	(( $+functions[_ip] )) && _ip "$@"
}

compdef _netnsctl_ip ip
