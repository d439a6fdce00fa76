package main

// help is what `netnsctl --help` prints.
const help = `netnsctl - look at, change and clean up network namespaces

usage: netnsctl [OPTIONS] [COMMAND [ARGUMENT...]]

As ip netns, word for word:
  list | show | lst                    the names, with their nsids
  add NAME                             make a namespace
  attach NAME PID                      name the namespace of a process
  set NAME {auto|NSID}                 give a namespace a number
  delete NAME                          take a name away
  identify [PID]                       the name of a process' namespace
  pids NAME                            the processes in a namespace
  exec NAME COMMAND [ARGUMENT...]      run a command inside
  monitor                              names as they come and go
  list-id [target-nsid N] [nsid N]     the numbers that are assigned
  -all delete, -all exec COMMAND...    the same for every name

Beyond ip netns:
  list --stale                         what is stale or orphaned, why, and who holds it
  list --idle                          what is healthy but without a process, too
  list --all-namespaces                every namespace of the host, with its pins
  delete --force-orphans [WHAT...]     remove what is stale, release what is orphaned
         [--dry-run] [--min-age TIME] [--wait[=SEC]]
  delete --verbose|--wait[=SEC] NAME   delete, and say what still holds the namespace
  find WHAT...                         the namespace of an address, a device, a port, a process ...
  inspect NAME|pid:N|net:[N]|PATH...   what a namespace is, what pins it, and what is in it
  graph [NS...]                        how namespaces are wired, as text or a picture
         [--format tree|dot|mermaid|json|svg] [--all]
  pids --verbose NAME                  who keeps it: threads, descriptors and sockets, too
  identify --all [PID]                 every name, or who else has it
  monitor [--json] [--all-namespaces [--interval TIME]]
                                       with ID and cookie; namespaces without a name, too
  exec [--user U[:G]] [--keep-sys|--no-sysfs] NAME COMMAND...
                                       as a user; with cgroup, bpf... below /sys, or /sys as it is
  exec --all [--parallel N] COMMAND... in all names, N at once; -j
  exec, pids, -netns: pid:N, net:[N], PATH    a namespace without a name, too
  attach NAME pid:N|net:[N]|PATH|NAME         give it a name, or another one
  check [--max-orphans N] [--max-stale N] [--min-age TIME] [--nagios]
                                       one line for monitoring: too much stale or orphaned?
  snapshot FILE                        record what namespaces there are
  check --against FILE                 what is new since then, with its pins
  metrics [--output FILE]              counts for Prometheus
  completion [--ip] bash|zsh|fish      the completion script of a shell

Options, before the command, can be shortened:
  -netns NAME     act inside a namespace
  -json, -pretty  JSON output
  -batch FILE     commands from a file, - for standard input; -force goes on after errors
  -all            all names, for delete and exec
  -Version        the versions
  all others that ip takes, which change nothing here

netnsctl COMMAND --FLAG --help says more of a command beyond ip netns; those that
ip netns has not at all need no --FLAG.
See netnsctl(8).
`
