#compdef netnsctl ip-netns ipnetns
# zsh completion. The program itself gives the candidates.

_netnsctl() {
	local -a answer found
	local line program=netnsctl
	(( $+commands[netnsctl] )) || program=${(Q)words[1]}
	answer=("${(@f)$("$program" __complete zsh "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
	case $answer[1] in
	words)
		for line in "${(@)answer[2,-1]}"; do
			if [[ $line == *$'\t'* ]]; then
				found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
			else
				found+=("${line//:/\\:}")
			fi
		done
		_describe -V netnsctl found
		return 0
		;;
	files)
		compset -P '--*='
		_files
		;;
	command\ *)
		local skip=${answer[1]#command }
		shift $skip words
		(( CURRENT -= skip ))
		_normal
		;;
	*) return 1 ;;
	esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
	_netnsctl "$@"
else
	compdef _netnsctl netnsctl ip-netns ipnetns
fi
