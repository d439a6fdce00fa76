package main

// The flags that several commands have.
var (
	jsonFlag    = flag{Name: "json", Short: "j", Help: "print everything, as JSON"}
	quietFlag   = flag{Name: "quiet", Short: "q", Excludes: []string{"json"}, Help: "print names and IDs only"}
	gapsFlag    = flag{Name: "verbose", Short: "v", Help: "print all that could not be inspected"}
	keepSysFlag = flag{Name: "keep-sys", Excludes: []string{"no-sysfs"}, Help: "keep what is mounted below /sys (cgroup, bpf, tracing)"}
	noSysfsFlag = flag{Name: "no-sysfs", Help: "leave /sys as it is"}
	dnsFlag     = flag{Name: "dns", Value: "MODE", Default: "ip", Values: []string{dnsIsolated, "ip"}, synonyms: "resolver resolv-conf isolated isolate", commands: "dns leak dns-leak isolated isolate resolv.conf resolver", Help: "isolated: look up host names inside only, against DNS leaks; ip: as \"ip netns exec\""}
	userFlag    = flag{Name: "user", Value: "USER", Help: "run as USER or USER:GROUP, names or numbers, with USER's HOME, USER, LOGNAME and SHELL"}
	keepEnvFlag = flag{Name: "keep-env", Needs: []string{"user"}, Help: "keep the environment of the caller"}
)

// commonFlags are the flags of every command.
var commonFlags = []flag{
	{Name: "help", Short: "h", Help: "show this help"},
	{Name: "version", Help: "print the version of netnsctl"},
}

// tableFlags are the flags of a command that prints a table. initial are the columns
// by default, filter is an example of --filter.
func tableFlags(columns []string, initial, filter string) []flag {
	return []flag{
		{Name: "output", Short: "o", Value: "COLUMNS", Values: columns, Excludes: []string{"json", "quiet"}, Help: "show these columns, separated by commas; +COLUMN adds one, all shows all (default " + initial + ")"},
		{Name: "sort", Value: "COLUMNS", Values: columns, Help: "sort by these columns; -COLUMN reverses"},
		{Name: "filter", Value: "CONDITION", repeated: true, Help: "show only rows that match: " + filter},
		{Name: "no-trunc", Excludes: []string{"json", "quiet"}, Help: "do not cut rows to the width of the terminal"},
		{Name: "noheadings", Short: "n", Excludes: []string{"json", "quiet"}, Help: "print no headings"},
	}
}

// replacingNames makes flags stand instead of the arguments of the command.
func replacingNames(flags []flag) []flag {
	for i := range flags {
		flags[i].args = []string{}
	}
	return flags
}

// needing makes flags need another flag.
func needing(other string, flags []flag) []flag {
	for i := range flags {
		flags[i].Needs = []string{other}
	}
	return flags
}

// matchFlags are the flags of a command that a pattern may choose the names for, each with the flags
// of which it needs one.
func matchFlags(matchHelp string, matchNeeds, excludeNeeds []string) []flag {
	return []flag{
		{Name: "match", Value: "GLOB", repeated: true, Needs: matchNeeds, synonyms: "filter name pattern", Help: matchHelp},
		{Name: "exclude", Value: "GLOB", repeated: true, Needs: excludeNeeds, synonyms: "except keep", Help: "leave out the names that match"},
	}
}
