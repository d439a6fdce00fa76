package main

import (
	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// The flags that several commands have.
var (
	jsonFlag    = flag{name: "json", short: "j", help: "print everything, as JSON"}
	quietFlag   = flag{name: "quiet", short: "q", excludes: "json", help: "print names and IDs only"}
	gapsFlag    = flag{name: "verbose", short: "v", help: "print all that could not be inspected"}
	keepSysFlag = flag{name: "keep-sys", excludes: "no-sysfs", help: "keep what is mounted below /sys (cgroup, bpf, tracing)"}
	noSysfsFlag = flag{name: "no-sysfs", help: "leave /sys as it is"}
	userFlag    = flag{name: "user", value: "USER", help: "run as USER or USER:GROUP, names or numbers; keep the environment"}
)

// commonFlags are the flags of every command.
var commonFlags = []flag{
	{name: "help", short: "h", help: "show this help"},
	{name: "version", help: "print the version of netnsctl"},
}

// tableFlags are the flags of a command that prints a table. initial are the columns
// by default, filter is an example of --filter.
func tableFlags(columns []string, initial, filter string) []flag {
	return []flag{
		{name: "output", short: "o", value: "COLUMNS", values: columns, excludes: "json quiet", help: "show these columns, separated by commas; +COLUMN adds one, all shows all (default " + initial + ")"},
		{name: "sort", value: "COLUMNS", values: columns, help: "sort by these columns; -COLUMN reverses"},
		{name: "filter", value: "CONDITION", repeated: true, help: "show only rows that match: " + filter},
		{name: "no-trunc", excludes: "json quiet", help: "do not cut rows to the width of the terminal"},
		{name: "noheadings", short: "n", excludes: "json quiet", help: "print no headings"},
	}
}

// needing makes flags need another flag.
func needing(other string, flags []flag) []flag {
	for i := range flags {
		flags[i].needs = other
	}
	return flags
}

const (
	// namespaceWords explains NAMESPACE in the help.
	namespaceWords = "NAMESPACE is a name, pid:N, net:[N], a path such as ./ns, or host.\n"
	listFilter     = "state=orphan, name=cni-*, owner!=docker, age>1d"
	// grace is the text of clean.DefaultMinAge.
	grace        = "10m"
	statusDone   = "0  done"
	statusError  = "1  an error, or not enough could be inspected to be sure"
	statusMisuse = "2  usage error; nothing was done"
)

// commands is the table of all commands, from which dispatch, help, completion,
// suggestions and the test of the manual are made. The commands of iproute2 come
// first, in the order of its usage text.
func commands() []command {
	listed, held, found := term.Names(listColumns()), term.Names(holderColumns()), term.Names(findColumns(netnsctl.ID{}))
	return []command{
		{
			name: "list", synonyms: "ls status ps", run: (*ui).list,
			short: "list names; with --stale, what is left over, and why",
			long: "Lists the names of network namespaces with their nsids, as \"ip netns list\".\n" +
				"With --stale it scans the whole host for stale names and orphaned namespaces\n" +
				"instead; any other option makes a table of the names.",
			flags: append([]flag{
				{name: "stale", help: "list stale names and orphaned namespaces, with the reason"},
				{name: "idle", help: "also list idle namespaces: healthy, named, without a process"},
				{name: "all-namespaces", help: "list every namespace of the host, with what pins it"},
				quietFlag, jsonFlag, gapsFlag,
			}, tableFlags(listed, staleColumns, listFilter)...),
			details: []string{columnHelp(listColumns())},
			statuses: []string{
				"0  nothing is stale or orphaned", "1  an error, or not enough could be inspected to be sure", statusMisuse,
				"3  something is stale or orphaned",
			},
			examples: []string{"netnsctl list --stale --idle", "netnsctl list --all-namespaces --filter 'age>1d' --sort age"},
		},
		{
			name: "add", synonyms: "create new make", args: []string{"NAME..."}, run: (*ui).add,
			short:    "create namespaces",
			long:     "Creates a network namespace for each NAME, as \"ip netns add\". Of several, none is\ncreated if one of the names is invalid or exists.",
			statuses: []string{statusDone, "1  an error", statusMisuse},
			examples: []string{"netnsctl add blue", "netnsctl add red green"},
		},
		{
			name: "attach", synonyms: "name mount", args: []string{"NAME", "PID|NAMESPACE"}, run: (*ui).attach,
			short: "name the namespace of a process, or another one",
			long:  "Gives the network namespace of a process the name NAME, as \"ip netns attach\", or\nany other namespace. " + namespaceWords,
			flags: []flag{
				{name: "replace", help: "remove a stale entry of that name first"},
			},
			statuses: []string{statusDone, "1  an error", statusMisuse},
			examples: []string{"netnsctl attach web 4711", "netnsctl attach found 'net:[4026532463]'"},
		},
		{
			name: "set", args: []string{"NAMESPACE", "NSID"}, run: (*ui).set,
			short:    "assign an nsid to a namespace",
			long:     "Assigns an nsid, the number by which rtnetlink knows a peer namespace, to the\nnamespace NAME, as \"ip netns set\". NSID is a number or \"auto\".",
			statuses: []string{statusDone, "1  an error", "2  usage error, or the kernel refused; nothing was done"},
			examples: []string{"netnsctl set blue 7", "netnsctl set blue auto"},
		},
		{
			name: "delete", synonyms: "rm remove del unlink erase", args: []string{"NAMESPACE..."}, run: (*ui).delete, takesAll: true,
			short: "delete names; with --force-orphans, clean up",
			long: "Deletes names, as \"ip netns delete\". A namespace lives until its last user is\n" +
				"gone; --verbose lists the users. With --force-orphans it removes stale names and releases orphaned\n" +
				"namespaces, or what is given, an idle name too; nothing in use is touched, no process ended.",
			flags: []flag{
				{name: "dry-run", help: "print what would be done, and do nothing"},
				{name: "force-orphans", excludes: "all", args: []string{"[LEAK...]"}, help: "clean up what is stale or orphaned"},
				{name: "min-age", value: "TIME", initial: grace, needs: "force-orphans", help: "skip what is younger than TIME: seconds, 10m, 3d"},
				{name: "wait", value: "[SEC]", help: "wait until the namespaces are gone, or SEC seconds (default no limit)"},
				{name: "verbose", short: "v", help: "print what still holds the namespaces"},
				jsonFlag,
				{name: "all", args: []string{}, help: "delete all names; on a terminal, ask first"},
				{name: "yes", short: "y", needs: "all", help: "do not ask"},
			},
			details:  []string{namespaceWords},
			statuses: []string{statusDone, statusError, statusMisuse, "3  something was skipped, or is still there"},
			examples: []string{"netnsctl delete --dry-run blue", "netnsctl delete --force-orphans --dry-run --min-age 1d"},
		},
		{
			name: "identify", synonyms: "which whose", args: []string{"[PID|NAMESPACE]"}, run: (*ui).identify,
			short: "print the name of a process' namespace",
			long: "Prints the last name of the network namespace of a process (default: of netnsctl\n" +
				"itself), as \"ip netns identify\". With --all it prints all names, or where an unnamed\nnamespace is mounted.",
			flags: []flag{
				{name: "all", help: "print all names; NAMESPACE may be given instead of PID"},
				jsonFlag,
				gapsFlag,
			},
			statuses: []string{"0  it has a name", "1  an error", statusMisuse, "3  it has no name (with --all)"},
			examples: []string{"netnsctl identify 4711", "netnsctl identify --all 4711"},
		},
		{
			name: "pids", synonyms: "processes ps who", args: []string{"NAMESPACE"}, run: (*ui).pids,
			short: "print the processes inside; with --verbose, all holders",
			long: "Prints the PIDs of the processes in a namespace, as \"ip netns pids\". Any option adds\n" +
				"the threads, descriptors, sockets and mounts that hold it, as a table.",
			flags: append([]flag{
				{name: "verbose", short: "v", help: "print all that hold the namespace, and how"},
				{name: "quiet", short: "q", excludes: "json", help: "print the PIDs of all processes that hold it"},
				jsonFlag,
			}, tableFlags(held, defaultHolderColumns, "user=root, command=python*, how!=process")...),
			details:  []string{namespaceWords, columnHelp(holderColumns())},
			statuses: []string{statusDone, statusError, statusMisuse},
			examples: []string{"netnsctl pids blue", "netnsctl pids --verbose 'net:[4026532463]'"},
		},
		{
			name: "exec", synonyms: "run enter sh", args: []string{"NAMESPACE", "[COMMAND...]"}, run: (*ui).exec, flagsFirst: true, takesAll: true,
			short: "run a command inside; without COMMAND, a shell",
			long: "Runs COMMAND in a network namespace, as \"ip netns exec\", or a shell. Options stand\n" +
				"before NAMESPACE; the words after it are COMMAND's.",
			flags: []flag{
				userFlag, keepSysFlag, noSysfsFlag,
				{name: "all", args: []string{"COMMAND..."}, help: "run COMMAND in every named namespace; put the name before each line"},
				{name: "parallel", value: "N", initial: "1", needs: "all", help: "run in N namespaces at once"},
				{name: "json", short: "j", needs: "all", help: "print one JSON object for each namespace"},
			},
			details: []string{namespaceWords},
			statuses: []string{
				"that of COMMAND, or:", "1  COMMAND could not be run, or there is no such namespace;",
				"   with --all, COMMAND failed somewhere", statusMisuse, "255  the namespace could not be entered",
			},
			examples: []string{"netnsctl exec blue ip address", "netnsctl exec --user nobody blue id"},
		},
		{
			name: "monitor", synonyms: "watch events", run: (*ui).monitor,
			short: "print names as they come and go",
			long: "Prints \"add NAME\" and \"delete NAME\" as names come and go, as \"ip netns monitor\".\n" +
				"The kernel does not report namespaces: with --all-namespaces netnsctl scans for them,\nand misses those that live for less than the interval.",
			flags: []flag{
				{name: "json", short: "j", help: "print one JSON object a line, with time, ID and cookie"},
				{name: "all-namespaces", help: "report namespaces as well, with a name or without"},
				{name: "interval", value: "TIME", initial: "1s", needs: "all-namespaces", help: "scan every TIME: seconds, 500ms, 1m"},
			},
			statuses: []string{"1  an error", statusMisuse},
			examples: []string{"netnsctl monitor", "netnsctl monitor --json --all-namespaces"},
		},
		{
			name: "list-id", args: []string{"[FILTER...]"}, run: (*ui).listID,
			short:    "print the nsids that are assigned",
			long:     "Prints the nsids that are assigned in this namespace, or in the one whose nsid is given\nas \"target-nsid N\"; with \"nsid N\" only this one. As \"ip netns list-id\".",
			flags:    []flag{jsonFlag},
			statuses: []string{statusDone, "1  an error", "2  usage error, or the kernel refused"},
			examples: []string{"netnsctl list-id", "netnsctl list-id target-nsid 7"},
		},
		{
			name: "help", args: []string{"[TOPIC]"}, run: (*ui).help,
			short:    "show help for a command",
			long:     "Shows an overview, or the help for one command. \"netnsctl COMMAND --help\" is the same.",
			flags:    []flag{{name: "json", short: "j", help: "print the table of commands as JSON"}},
			statuses: []string{statusDone, statusMisuse},
			examples: []string{"netnsctl help", "netnsctl help delete"},
		},
		{
			name: "find", synonyms: "search locate grep", args: []string{"WHAT..."}, run: (*ui).find,
			short:    "find the namespace of an address, device, port, process ...",
			long:     "Looks into every namespace of the host, named or not, for addresses, devices, ports,\nprocesses, containers and names.",
			flags:    append([]flag{quietFlag, jsonFlag, gapsFlag}, tableFlags(found, defaultFindColumns, "state=idle, device=veth*, kind!=device")...),
			details:  []string{findWords, columnHelp(findColumns(netnsctl.ID{}))},
			statuses: []string{"0  all were found", "1  an error, or something was not found and not all could be inspected", statusMisuse, "3  something was not found"},
			examples: []string{"netnsctl find 10.2.1.15", "netnsctl find tcp:8080 'peer:veth*'"},
		},
		{
			name: "inspect", synonyms: "show info describe status", args: []string{"NAMESPACE..."}, run: (*ui).inspect,
			short:    "show what a namespace is, what holds it, what is in it",
			long:     "Shows the identity, state, owner and age of a namespace, what pins it, its devices with\naddresses and where they lead, its routes, listening sockets and changed sysctls.",
			flags:    []flag{jsonFlag, gapsFlag},
			details:  []string{namespaceWords},
			statuses: []string{statusDone, "1  an error, no such namespace, or not enough could be inspected", statusMisuse},
			examples: []string{"netnsctl inspect blue", "netnsctl inspect 'net:[4026532463]'"},
		},
		{
			name: "graph", synonyms: "draw map topology wiring", args: []string{"[NAMESPACE...]"}, run: (*ui).graph,
			short: "show how namespaces are wired, as text or a picture",
			long:  "Shows devices, addresses and where each device leads. With NAMESPACE it shows what is\none link away from it. A device that is down is marked so.",
			flags: []flag{
				{name: "format", value: "FORMAT", initial: "tree", values: []string{"tree", "dot", "mermaid", "json", "svg"}, help: "FORMAT: tree, dot (graphviz), mermaid, json, svg"},
				{name: "depth", value: "N", initial: "1", help: "with NAMESPACE, show what is up to N links away"},
				{name: "all", excludes: "depth", help: "show all that is connected, and what has nothing in it"},
				{name: "no-ids", excludes: "json", help: "leave out IDs and the state idle"},
				{name: "json", short: "j", help: "the same as --format json"},
				gapsFlag,
			},
			details:  []string{namespaceWords},
			statuses: []string{statusDone, statusError, statusMisuse},
			examples: []string{"netnsctl graph blue", "netnsctl graph --format svg >lab.svg"},
		},
		{
			name: "shell", synonyms: "bash login enter console", args: []string{"[NAMESPACE]"}, run: (*ui).shell,
			short: "start a shell inside, with the name in its prompt",
			long:  "Starts an interactive shell in a network namespace. The prompt shows the name, and\nthe environment has NETNS=NAME. NAMESPACE may be left out where there is one name only.",
			flags: []flag{
				{name: "user", value: "USER", help: "start the login shell of USER or USER:GROUP, names or numbers, with USER's HOME, USER and LOGNAME"},
				keepSysFlag,
				noSysfsFlag,
				{name: "shell", value: "PROGRAM", help: "start this program (default $SHELL, else /bin/sh)"},
			},
			details:  []string{namespaceWords},
			statuses: []string{"that of the shell, or:", "1  the shell could not be started, or there is no such namespace", statusMisuse, "255  the namespace could not be entered"},
			examples: []string{"netnsctl shell blue", "netnsctl shell --user alice blue"},
		},
		{
			name: "check", synonyms: "monitoring nagios health", run: (*ui).check,
			short: "report in one line whether too much is left over",
			long:  "Prints one line for monitoring: how many namespaces are orphaned and how many names\nstale. With --against it lists what is new since a snapshot.",
			flags: append([]flag{
				{name: "max-orphans", value: "N", initial: "0", help: "allowed number of orphans"},
				{name: "max-stale", value: "N", initial: "0", help: "allowed number of stale names"},
				{name: "min-age", value: "TIME", initial: grace, help: "do not count what is younger than TIME: seconds, 10m, 3d"},
				{name: "nagios", help: "end with the statuses of monitoring plugins"},
				{name: "against", value: "FILE", excludes: "max-orphans max-stale min-age nagios", help: "list what is new since \"netnsctl snapshot FILE\""},
				jsonFlag,
				gapsFlag,
			}, needing("against", tableFlags(listed, allColumns, listFilter))...),
			statuses: []string{
				"0  nothing beyond the limits, nothing new", statusError, statusMisuse, "3  more than allowed, or something new",
				"with --nagios: 0 OK, 2 CRITICAL, 3 UNKNOWN or usage error",
			},
			examples: []string{"netnsctl check --max-orphans 5", "netnsctl check --against before.json"},
		},
		{
			name: "snapshot", synonyms: "record save dump", args: []string{"FILE"}, run: (*ui).snapshot,
			short:    "record the namespaces that exist, for check --against",
			long:     "Writes the namespaces that exist to FILE, or to standard output for \"-\". The record is\nvalid until the next reboot.",
			flags:    []flag{gapsFlag},
			statuses: []string{statusDone, statusError, statusMisuse},
			examples: []string{"netnsctl snapshot before.json", "netnsctl check --against before.json"},
		},
		{
			name: "metrics", synonyms: "prometheus stats", run: (*ui).metrics,
			short: "print counts for Prometheus",
			long:  "Prints counts of names, namespaces and what pins them in Prometheus' text format, for\nthe textfile collector of node_exporter.",
			flags: []flag{
				{name: "output", short: "o", value: "FILE", help: "replace FILE atomically (default standard output)"},
			},
			statuses: []string{statusDone, "1  an error", statusMisuse},
			examples: []string{"netnsctl metrics", "netnsctl metrics --output /var/lib/node_exporter/netns.prom"},
		},
		{
			name: "completion", synonyms: "complete", args: []string{"SHELL"}, run: (*ui).completion,
			short: "print the completion script of a shell",
			long:  "Prints the script that makes a shell complete the words of netnsctl.",
			flags: []flag{
				{name: "ip", help: "complete \"ip netns\" as well"},
			},
			statuses: []string{statusDone, "1  an error", statusMisuse},
			examples: []string{`eval "$(netnsctl completion bash)"`, "netnsctl completion fish | source"},
		},
		{name: "__complete", hidden: true, run: (*ui).complete}, // for the completion scripts
	}
}
