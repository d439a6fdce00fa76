# bash completion for netnsctl, ip-netns and ipnetns. The program itself gives the
# candidates.

_netnsctl() {
	local answer line program=netnsctl listing=
	type -P netnsctl >/dev/null || program=$1
	[[ $COMP_TYPE == 37 || $COMP_TYPE == 42 ]] || listing=--listing # but not in a menu
	mapfile -t answer < <("$program" __complete bash "$listing" "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
	COMPREPLY=()
	case ${answer[0]-} in
	words)
		for line in "${answer[@]:1}"; do COMPREPLY+=("$line"); done
		[[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace
		;;
	files)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$2")
		;;
	command\ *)
		if declare -F _command_offset >/dev/null; then
			_command_offset "${answer[0]#command }"
		elif ((COMP_CWORD == ${answer[0]#command })); then
			mapfile -t COMPREPLY < <(compgen -c -- "$2")
		else
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "$2")
		fi
		;;
	other) return 1 ;;
	esac
	return 0
}

complete -F _netnsctl netnsctl ip-netns ipnetns
