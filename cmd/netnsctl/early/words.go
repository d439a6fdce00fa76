package early

// IsCommand tells whether a word is a command that iproute2 has not. These have no
// short forms.
func IsCommand(word string) bool {
	switch word {
	case "check", "completion", "find", "graph", "inspect", "metrics", "shell", "snapshot":
		return true
	}
	return false
}

// IsFlag tells whether a flag after one of iproute2's commands makes it one that
// iproute2 has not. All of them begin with two dashes.
func IsFlag(command, flag string) bool {
	switch command {
	case "list":
		return flag == "--stale" || flag == "--idle" || flag == "--all-namespaces"
	case "delete":
		return flag == "--force-orphans" || flag == "--verbose" || flag == "--wait"
	case "pids":
		return flag == "--verbose"
	case "identify":
		return flag == "--all"
	case "monitor":
		return flag == "--json" || flag == "--all-namespaces" || flag == "--interval"
	case "exec":
		return flag == "--user" || flag == "--keep-sys" || flag == "--no-sysfs" || flag == "--all" || flag == "--parallel"
	}
	return false
}
