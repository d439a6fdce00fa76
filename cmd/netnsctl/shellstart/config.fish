functions -q fish_prompt; or function fish_prompt; end
functions -c fish_prompt __netnsctl_prompt
function fish_prompt
    # The first command: the user's prompt may show the status of the last one.
    set -l lines (__netnsctl_prompt)
    set lines[1] PREFIX"$lines[1]"
    printf '%s\n' $lines
end
