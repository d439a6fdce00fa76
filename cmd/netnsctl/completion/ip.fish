
# "ip netns" too, in addition to the completion of ip.
complete -c ip -n 'string match -qr "\bnet(n|ns)?\b" -- (commandline -opc)' -f -a '(__netnsctl_complete)'
