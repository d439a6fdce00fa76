
# "ip netns" too; the previous completion of ip completes all other objects.

_netnsctl_ip() {
	local load
	_netnsctl "$@" && return
	if [[ -z $_netnsctl_other ]]; then
		complete -r ip
		for load in _comp_load __load_completion _completion_loader; do
			! declare -F "$load" >/dev/null || { "$load" ip && break; } || :
		done
		_netnsctl_note
	fi
	[[ -z $_netnsctl_other ]] || "$_netnsctl_other" "$@"
}

_netnsctl_note() {
	_netnsctl_other=$(complete -p ip 2>/dev/null | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
	[[ $_netnsctl_other != _netnsctl_ip ]] || _netnsctl_other=
	complete -F _netnsctl_ip ip
}

_netnsctl_note
