functions -q fish_prompt; and functions -c fish_prompt __netnsctl_prompt
function fish_prompt
    set -l own (functions -q __netnsctl_prompt; and __netnsctl_prompt)
    echo -n PREFIX
    string join \n -- $own
end
