package main

import (
	"slices"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
)

const (
	// namespaceWords explains NAMESPACE in the help.
	namespaceWords = "NAMESPACE is a name, pid:N, net:[N], a path such as ./ns, or host.\n"
	listFilter     = "state=orphan, name=cni-*, owner!=docker, age>1d"
	// defaultMinAge is the text of clean.DefaultMinAge.
	defaultMinAge = "10m"
	statusDone    = "0  done"
	statusError   = "1  an error, or not enough could be inspected to be sure"
	statusMisuse  = "2  usage error; nothing was done"
)

// commands is the table of all commands, from which dispatch, help, completion,
// suggestions and the test of the manual are made. The commands of iproute2 come
// first, in the order of its usage text.
func commands() []command {
	listed, held, found := term.Names(listColumns()), term.Names(holderColumns()), term.Names(findColumns())
	return []command{
		{
			name: "list", synonyms: "ls status ps", run: (*ui).list,
			Short: "list names; with --stale, what is left over, and why",
			Long: "Lists the names of network namespaces with their nsids, as \"ip netns list\".\n" +
				"With --stale it scans the whole host for stale names and orphaned namespaces\n" +
				"instead. --names or --quiet prints the names alone; any other option but --json prints\na table of the names.",
			Flags: slices.Concat([]flag{
				{Name: "names", Excludes: []string{"stale", "idle", "all-namespaces", "all-directories", "quiet", "verbose", "output", "sort", "filter", "no-trunc", "noheadings"}, commands: "names", Help: "print only the names, one a line, without a scan; a name with blanks or unprintable characters is quoted, so scripts should use --json"},
			}, matchFlags("print only the names that match, such as 'web*'", []string{"names"}, []string{"names"}), []flag{
				{Name: "stale", commands: "stale orphans orphaned leftovers leaked", Help: "list stale names and orphaned namespaces, with the reason"},
				{Name: "idle", Help: "also list namespaces that are idle (named or kept, no process inside) or wired"},
				{Name: "all-namespaces", Help: "list every namespace of the host, with what pins it"},
				{Name: "all-directories", Help: "list the dead files in the directories of runtimes, too; implies --stale"},
				quietFlag, jsonFlag, gapsFlag,
			}, tableFlags(listed, staleColumns, listFilter)),
			details: []string{columnHelp(listColumns())},
			Statuses: []string{
				"0  nothing is stale or orphaned", "1  an error, or not enough could be inspected to be sure", statusMisuse,
				"3  something is stale or orphaned",
			},
			Examples: []string{"netnsctl list --names --match 'web*'", "netnsctl list --stale --idle", "netnsctl list --all-namespaces --filter 'age>1d' --sort age"},
		},
		{
			name: "add", synonyms: "create new make", args: []string{"NAME..."}, run: (*ui).add,
			Short:    "create namespaces",
			Long:     "Creates a network namespace for each NAME, as \"ip netns add\". Of several, none is\ncreated if one of the names is invalid or exists.",
			Flags:    []flag{{Name: "up", Help: "bring up lo inside before the name appears"}},
			Statuses: []string{statusDone, "1  an error", statusMisuse},
			Examples: []string{"netnsctl add --up blue", "netnsctl add red green"},
		},
		{
			name: "attach", synonyms: "name mount", args: []string{"NAME", "PID|NAMESPACE"}, run: (*ui).attach,
			Short: "name the namespace of a process, or another one",
			Long:  "Gives the network namespace of a process the name NAME, as \"ip netns attach\", or\nany other namespace. " + namespaceWords,
			Flags: []flag{
				{Name: "replace", Help: "remove a stale entry of that name first"},
			},
			Statuses: []string{statusDone, "1  an error", statusMisuse},
			Examples: []string{"netnsctl attach web 4711", "netnsctl attach found 'net:[4026532463]'"},
		},
		{
			name: "set", args: []string{"NAMESPACE", "NSID"}, run: (*ui).set,
			Short:    "assign an nsid to a namespace",
			Long:     "Assigns an nsid, the number by which rtnetlink knows a peer namespace, to the\nnamespace NAME, as \"ip netns set\". NSID is a number or \"auto\".",
			Statuses: []string{statusDone, "1  an error", "2  usage error, or the kernel refused; nothing was done"},
			Examples: []string{"netnsctl set blue 7", "netnsctl set blue auto"},
		},
		{
			name: "delete", synonyms: "rm remove del unlink erase", args: []string{"NAMESPACE..."}, run: (*ui).delete, takesAll: true,
			Short: "delete names; with --force-orphans, clean up",
			Long: "Deletes names, as \"ip netns delete\". A namespace lives until its last user is\n" +
				"gone; --verbose lists the users, and --kill first ends the processes inside.\n" +
				"With --force-orphans it removes stale names and releases orphaned namespaces.\n" +
				"If you name some, it handles only those, and then also an idle name or a wired\n" +
				"namespace. The clean-up never touches a namespace in use and ends no process.",
			Flags: slices.Concat([]flag{
				{Name: "dry-run", Help: "print what would be done, and do nothing"},
				{Name: "force-orphans", Excludes: []string{"all", "match", "yes"}, args: []string{"[TARGET...]"}, Help: "clean up what is stale or orphaned"},
				{Name: "min-age", Value: "TIME", Default: defaultMinAge, Needs: []string{"force-orphans"}, Help: "skip what is younger than TIME: seconds, 10m, 3d"},
				{Name: "kill", Value: "SIG", Optional: true, Excludes: []string{"force-orphans"}, synonyms: "signal", commands: "kill killall stop terminate", Help: "first end the processes inside: by SIG (default TERM), after --grace by KILL"},
				{Name: "grace", Value: "TIME", Default: "10s", Needs: []string{"kill"}, Help: "time between SIG and KILL: seconds, 500ms, 1m"},
				{Name: "wait", Value: "SEC", Optional: true, Help: "wait until the namespaces are gone, or SEC seconds (default no limit)"},
				{Name: "verbose", Short: "v", Help: "print what still holds the namespaces"},
				jsonFlag,
				{Name: "all", args: []string{}, Help: "delete all names; on a terminal, ask first"},
			}, replacingNames(matchFlags("delete the names that match, such as 'web*'; on a terminal, ask first", nil, []string{"match", "all"})), []flag{
				{Name: "yes", Short: "y", Help: "do not ask"},
			}),
			details:  []string{namespaceWords},
			Statuses: []string{statusDone, statusError, statusMisuse, "3  something was skipped, or is still there, or no name matches --match"},
			Examples: []string{"netnsctl delete --match 'web*' --kill", "netnsctl delete --force-orphans --dry-run --min-age 1d"},
		},
		{
			name: "identify", synonyms: "which whose", args: []string{"[PID|NAMESPACE]"}, run: (*ui).identify,
			Short: "print the name of a process' namespace",
			Long: "Prints the last name of the network namespace of a process (default: of netnsctl\n" +
				"itself), as \"ip netns identify\". With --all it prints all names, or where an unnamed\nnamespace is mounted.",
			Flags: []flag{
				{Name: "all", Help: "print all names; NAMESPACE may be given instead of PID"},
				jsonFlag,
				gapsFlag,
			},
			Statuses: []string{"0  it has a name", "1  an error", statusMisuse, "3  it has no name (with --all)"},
			Examples: []string{"netnsctl identify 4711", "netnsctl identify --all 4711"},
		},
		{
			name: "pids", synonyms: "processes ps who", args: []string{"NAMESPACE"}, run: (*ui).pids,
			Short: "print the processes inside; with --verbose, all holders",
			Long: "Prints the PIDs of the processes in a namespace, as \"ip netns pids\". Any option but\n" +
				"--match and --exclude also shows what else holds it: threads, descriptors, sockets and\nmounts.",
			Flags: slices.Concat(replacingNames(matchFlags("print the processes in the names that match, such as 'web*'", nil, []string{"match"})), []flag{
				{Name: "verbose", Short: "v", Help: "print all that hold the namespace, and how"},
				{Name: "quiet", Short: "q", Excludes: []string{"json"}, Help: "print the PIDs of all processes that hold it"},
				jsonFlag,
			}, tableFlags(held, defaultHolderColumns, "user=root, command=python*, how!=process")),
			details:  []string{namespaceWords, columnHelp(holderColumns())},
			Statuses: []string{statusDone, statusError, statusMisuse, "3  no name matches --match"},
			Examples: []string{"netnsctl pids blue", "netnsctl pids --match 'web*'", "netnsctl pids --verbose 'net:[4026532463]'"},
		},
		{
			name: "exec", synonyms: "enter sh", args: []string{"NAMESPACE", "[COMMAND...]"}, run: (*ui).exec, flagsFirst: true, takesAll: true,
			Short: "run a command inside; without COMMAND, a shell",
			Long: "Runs COMMAND in a network namespace, as \"ip netns exec\", or a shell. Options stand\n" +
				"before NAMESPACE; the words after it are COMMAND's. The environment has NETNS=NAME.",
			Flags: slices.Concat([]flag{
				userFlag, keepEnvFlag, keepSysFlag, noSysfsFlag, dnsFlag,
				{Name: "all", args: []string{"COMMAND..."}, Help: "run COMMAND in every named namespace; put the name before each line"},
			}, matchFlags("only in the names that match, such as 'web*'", []string{"all"}, []string{"all"}), []flag{
				{Name: "parallel", Value: "N", Default: "1", Needs: []string{"all"}, Help: "run in N namespaces at once"},
				{Name: "json", Short: "j", Needs: []string{"all"}, Help: "print one JSON object for each namespace"},
			}),
			details: []string{namespaceWords},
			Statuses: []string{
				"that of COMMAND, or:", "1  COMMAND could not be run, or there is no such namespace;",
				"   with --all, COMMAND failed somewhere", statusMisuse, "3  no name matches --match", "255  the namespace could not be entered",
			},
			Examples: []string{"netnsctl exec blue ip address", "netnsctl exec --all --match 'web*' ip -brief address"},
		},
		{
			name: "monitor", synonyms: "watch events", run: (*ui).monitor,
			Short: "print names as they come and go",
			Long: "Prints \"add NAME\" and \"delete NAME\" as names come and go, as \"ip netns monitor\".\n" +
				"The kernel does not report namespaces: with --all-namespaces netnsctl scans for them,\nand misses those that live for less than the interval.",
			Flags: []flag{
				{Name: "json", Short: "j", Help: "print one JSON object a line, with time, ID and cookie"},
				{Name: "all-namespaces", Help: "report namespaces as well, with a name or without"},
				{Name: "interval", Value: "TIME", Default: "1s", Needs: []string{"all-namespaces"}, Help: "scan every TIME: seconds, 500ms, 1m"},
			},
			Statuses: []string{"1  an error", statusMisuse},
			Examples: []string{"netnsctl monitor", "netnsctl monitor --json --all-namespaces"},
		},
		{
			name: "list-id", args: []string{"[FILTER...]"}, run: (*ui).listID,
			Short:    "print the nsids that are assigned",
			Long:     "Prints the nsids that are assigned in this namespace, or in the one whose nsid is given\nas \"target-nsid N\"; with \"nsid N\" only this one. As \"ip netns list-id\".",
			Flags:    []flag{jsonFlag},
			Statuses: []string{statusDone, "1  an error", "2  usage error, or the kernel refused"},
			Examples: []string{"netnsctl list-id", "netnsctl list-id target-nsid 7"},
		},
		{
			name: "help", args: []string{"[TOPIC]"}, run: (*ui).help,
			Short:    "show help for a command",
			Long:     "Shows an overview, or the help for one command. \"netnsctl COMMAND --help\" is the same.",
			Flags:    []flag{{Name: "json", Short: "j", Help: "print the table of commands as JSON"}},
			Statuses: []string{statusDone, statusMisuse},
			Examples: []string{"netnsctl help", "netnsctl help delete"},
		},
		{
			name: "prune", synonyms: "clean cleanup gc purge sweep", args: []string{"[TARGET...]"}, run: (*ui).prune,
			Short: "clean up what is stale or orphaned; with --idle, unused names",
			Long: "Removes stale names and releases orphaned namespaces, as \"delete --force-orphans\". On\n" +
				"a terminal it shows the plan and asks. With --idle it also removes the names of idle\n" +
				"namespaces without evidence of life: no socket listens, no runtime knows them, nothing\n" +
				"in use is at the other end of a link. TARGET is a name, net:[N] or a path; prune then\n" +
				"handles only those. It never touches a namespace in use and ends no process. What a\nline of /etc/netnsctl/keep.d/*.conf names stays.",
			Flags: []flag{
				{Name: "dry-run", synonyms: "n simulate", Help: "print the plan, and do nothing"},
				{Name: "idle", synonyms: "all a unused", Help: "also remove idle names without evidence of life"},
				{Name: "match", Value: "GLOB", repeated: true, synonyms: "filter name pattern", Help: "only what matches: a name, an ID or the path of a mount"},
				{Name: "exclude", Value: "GLOB", repeated: true, synonyms: "except keep", Help: "not what matches"},
				{Name: "older-than", Value: "TIME", Default: defaultMinAge, synonyms: "min-age age until", Help: "skip what is younger than TIME: seconds, 10m, 3d"},
				{Name: "yes", Short: "y", synonyms: "force f assume-yes", Help: "do not ask"},
				{Name: "wait", Value: "SEC", Optional: true, Help: "wait until the namespaces are gone, or SEC seconds (default no limit)"},
				{Name: "verbose", Short: "v", Help: "print each name and namespace, with its reason"},
				jsonFlag,
			},
			Statuses: []string{statusDone, statusError, statusMisuse, "3  something was skipped, or is still there"},
			Examples: []string{"netnsctl prune --dry-run", "netnsctl prune --idle --match 'cni-*' --older-than 1d"},
		},
		{
			name: "find", synonyms: "search locate grep", args: []string{"WHAT..."}, run: (*ui).find,
			Short:    "find the namespace of an address, device, port, process ...",
			Long:     "Looks into every namespace of the host, named or not, for addresses, devices, ports,\nprocesses, containers and names.",
			Flags:    append([]flag{quietFlag, jsonFlag, gapsFlag}, tableFlags(found, defaultFindColumns, "state=idle, device=veth*, kind!=device")...),
			details:  []string{findWords, columnHelp(findColumns())},
			Statuses: []string{"0  all were found", "1  an error, or something was not found and not all could be inspected", statusMisuse, "3  something was not found"},
			Examples: []string{"netnsctl find 10.2.1.15", "netnsctl find tcp:8080 'peer:veth*'"},
		},
		{
			name: "inspect", synonyms: "show info describe status", args: []string{"NAMESPACE..."}, run: (*ui).inspect,
			Short:    "show what a namespace is, what holds it, what is in it",
			Long:     "Shows the identity, state, owner and age of a namespace, what pins it, its devices with\naddresses and where they lead, its routes, listening sockets and changed sysctls.",
			Flags:    []flag{jsonFlag, gapsFlag},
			details:  []string{namespaceWords},
			Statuses: []string{statusDone, "1  an error, no such namespace, or not enough could be inspected", statusMisuse},
			Examples: []string{"netnsctl inspect blue", "netnsctl inspect 'net:[4026532463]'"},
		},
		{
			name: "exists", synonyms: "has test is", args: []string{"NAMESPACE..."}, run: (*ui).exists,
			Short: "tell by the exit status whether a namespace exists",
			Long:  "Ends with status 0 if each NAMESPACE leads to a network namespace. A stale name, such\nas a dead file, does not. Prints nothing unless netnsctl cannot tell. " + namespaceWords,
			Flags: []flag{{Name: "verbose", Short: "v", Help: "print why a NAMESPACE does not exist"}},
			Statuses: []string{
				"0  all of them exist", "1  at least one of them does not exist", "2  usage error, or it cannot be told",
			},
			Examples: []string{"netnsctl exists blue || netnsctl add blue", "netnsctl exists --verbose blue red"},
		},
		{
			name: "graph", synonyms: "draw map topology wiring", args: []string{"[NAMESPACE...]"}, run: (*ui).graph,
			Short: "show how namespaces are wired, as text or a picture",
			Long:  "Shows devices, addresses and where each device leads. With NAMESPACE it shows what is\none link away from it. A device that is down is marked so.",
			Flags: []flag{
				{Name: "format", Value: "FORMAT", Default: "tree", Values: []string{"tree", "dot", "mermaid", "json", "svg"}, Help: "FORMAT: tree, dot (graphviz), mermaid, json, svg"},
				{Name: "depth", Value: "N", Default: "1", Help: "with NAMESPACE, show what is up to N links away"},
				{Name: "all", Excludes: []string{"depth"}, Help: "show all that is connected, and what has nothing in it"},
				{Name: "no-ids", Excludes: []string{"json"}, Help: "leave out IDs and the state idle"},
				{Name: "json", Short: "j", Help: "the same as --format json"},
				gapsFlag,
			},
			details:  []string{namespaceWords},
			Statuses: []string{statusDone, statusError, statusMisuse},
			Examples: []string{"netnsctl graph blue", "netnsctl graph --format svg >lab.svg"},
		},
		{
			name: "shell", synonyms: "bash login enter console", args: []string{"[NAMESPACE]"}, run: (*ui).shell,
			Short: "start a shell inside, with the name in its prompt",
			Long:  "Starts an interactive shell in a network namespace. The prompt shows the name, and\nthe environment has NETNS=NAME. NAMESPACE may be left out where there is one name only.",
			Flags: []flag{
				{Name: "user", Value: "USER", Help: "start the login shell of USER or USER:GROUP, names or numbers, with USER's HOME, USER, LOGNAME and SHELL"},
				keepEnvFlag,
				keepSysFlag,
				noSysfsFlag,
				dnsFlag,
				{Name: "shell", Value: "PROGRAM", Help: "start this program (default $SHELL, else /bin/sh)"},
			},
			details:  []string{namespaceWords},
			Statuses: []string{"that of the shell, or:", "1  the shell could not be started, or there is no such namespace", statusMisuse, "255  the namespace could not be entered"},
			Examples: []string{"netnsctl shell blue", "netnsctl shell --user alice blue"},
		},
		{
			name: "run", synonyms: "tmp temp temporary throwaway throw-away ephemeral unshare", args: []string{"[COMMAND...]"}, run: (*ui).runNew, flagsFirst: true,
			Short: "run a command in a temporary namespace",
			Long: "Runs COMMAND, or a shell, in a temporary network namespace without a name, which is\n" +
				"gone when COMMAND and all that it has started have ended. Its only device is lo, which\n" +
				"is down without --up. An ordinary user is root there, in a new user namespace. Options\nstand before COMMAND.",
			Flags: []flag{
				{Name: "up", Help: "bring the device lo up"},
				userFlag, keepEnvFlag, keepSysFlag, noSysfsFlag, dnsFlag,
			},
			Statuses: []string{"that of COMMAND, or:", "1  COMMAND could not be run", statusMisuse, "255  no new namespace could be made"},
			Examples: []string{"netnsctl run ip link", "netnsctl run --up make check"},
		},
		{
			name: "check", synonyms: "monitoring nagios health", run: (*ui).check,
			Short: "report in one line whether too much is left over",
			Long:  "Prints one line for monitoring: how many namespaces are orphaned and how many names\nstale. With --against it lists what is new since a snapshot.",
			Flags: append([]flag{
				{Name: "max-orphans", Value: "N", Default: "0", Help: "allowed number of orphans"},
				{Name: "max-stale", Value: "N", Default: "0", Help: "allowed number of stale names"},
				{Name: "min-age", Value: "TIME", Default: defaultMinAge, Help: "do not count what is younger than TIME: seconds, 10m, 3d"},
				{Name: "nagios", Help: "end with the statuses of monitoring plugins"},
				{Name: "against", Value: "FILE", Excludes: []string{"max-orphans", "max-stale", "min-age", "nagios"}, Help: "list what is new since \"netnsctl snapshot FILE\""},
				jsonFlag,
				gapsFlag,
			}, needing("against", tableFlags(listed, allColumns, listFilter))...),
			Statuses: []string{
				"0  nothing beyond the limits, nothing new", statusError, statusMisuse, "3  more than allowed, or something new",
				"with --nagios: 0 OK, 2 CRITICAL, 3 UNKNOWN or usage error",
			},
			Examples: []string{"netnsctl check --max-orphans 5", "netnsctl check --against before.json"},
		},
		{
			name: "snapshot", synonyms: "record save dump", args: []string{"FILE"}, run: (*ui).snapshot,
			Short:    "record the namespaces that exist, for check --against",
			Long:     "Writes the namespaces that exist to FILE, or to standard output for \"-\". The record is\nvalid until the next reboot.",
			Flags:    []flag{gapsFlag},
			Statuses: []string{statusDone, statusError, statusMisuse},
			Examples: []string{"netnsctl snapshot before.json", "netnsctl check --against before.json"},
		},
		{
			name: "metrics", synonyms: "prometheus stats", run: (*ui).metrics,
			Short: "print counts for Prometheus",
			Long:  "Prints counts of names, namespaces and what pins them in Prometheus' text format, for\nthe textfile collector of node_exporter.",
			Flags: []flag{
				{Name: "output", Short: "o", Value: "FILE", Help: "replace FILE atomically (default standard output)"},
			},
			Statuses: []string{statusDone, "1  an error", statusMisuse},
			Examples: []string{"netnsctl metrics", "netnsctl metrics --output /var/lib/node_exporter/netns.prom"},
		},
		{
			name: "completion", synonyms: "complete", args: []string{"SHELL"}, run: (*ui).completion,
			Short: "print the completion script of a shell",
			Long:  "Prints the script that makes a shell complete the words of netnsctl.",
			Flags: []flag{
				{Name: "ip", Help: "complete \"ip netns\" as well"},
			},
			Statuses: []string{statusDone, "1  an error", statusMisuse},
			Examples: []string{`eval "$(netnsctl completion bash)"`, "netnsctl completion fish | source"},
		},
		{name: "__complete", hidden: true, run: (*ui).complete}, // for the completion scripts
	}
}
