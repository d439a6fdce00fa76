
# "ip netns" too; all other objects are left to the completion that ip has.

_netnsctl_ip() {
	_netnsctl "$@" && return
	(( $+functions[_ip] )) && _ip "$@"
}

compdef _netnsctl_ip ip
