
# "ip netns" too, beside what the completion of ip knows.
complete -c ip -n 'string match -qr "\bnet(n|ns)?\b" -- (commandline -opc)' -f -a '(__netnsctl_complete)'
