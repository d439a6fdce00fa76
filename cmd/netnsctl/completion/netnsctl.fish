# fish completion for netnsctl, ip-netns and ipnetns. The program itself gives the
# candidates.

function __netnsctl_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    # A quote may be open.
    set -l current (string unescape -- "$typed"; or string unescape -- "$typed'"; or string unescape -- "$typed\"")
    set -l program netnsctl
    command -q netnsctl; or set program $words[1]
    set -l answer ($program __complete fish $words "$current" 2>/dev/null)
    switch "$answer[1]"
        case words
            printf '%s\n' $answer[2..-1]
        case files
            set -l flag (string match -r -- '^--[a-z-]+=' "$current")
            for path in (__fish_complete_path (string replace -r -- '^--[a-z-]+=' '' "$current"))
                echo "$flag$path"
            end
        case 'command *'
            __fish_complete_subcommand --fcs-skip=(string replace 'command ' '' -- $answer[1])
    end
end

for program in netnsctl ip-netns ipnetns
    complete -c $program -f -a '(__netnsctl_complete)'
end
