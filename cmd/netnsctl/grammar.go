package main

import (
	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/completion"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// commandHelp says what a command of iproute2's does.
func commandHelp(name string) string {
	switch name {
	case "list":
		return "the names, with their nsids"
	case "list-id":
		return "the numbers that are assigned"
	case "help":
		return "the usage"
	case "add":
		return "make a namespace"
	case "set":
		return "give a namespace a number"
	case "delete":
		return "take a name away"
	case "identify":
		return "the name of a process' namespace"
	case "pids":
		return "the processes in a namespace"
	case "exec":
		return "run a command inside"
	case "monitor":
		return "names as they come and go"
	case "attach":
		return "name the namespace of a process"
	}
	return ""
}

// oldArgs are the words after a command of iproute2's.
func oldArgs(name string) []completion.Value {
	switch name {
	case "list-id":
		keyword := completion.OneOf("target-nsid", "nsid")
		return []completion.Value{keyword, completion.Nothing, keyword, completion.Nothing}
	case "set":
		return []completion.Value{completion.Name, completion.OneOf("auto"), completion.Nothing}
	case "delete", "pids":
		return []completion.Value{completion.Name, completion.Nothing}
	case "identify":
		return []completion.Value{completion.PID, completion.Nothing}
	case "exec":
		return []completion.Value{completion.Name, completion.Program}
	case "attach":
		return []completion.Value{completion.Nothing, completion.PID, completion.Nothing}
	}
	return nil
}

// newArgs are the words beside the flags of a command that is ours.
func newArgs(name string) []completion.Value {
	switch name {
	case "delete":
		return []completion.Value{completion.Leak}
	case "pids":
		return []completion.Value{completion.Name, completion.Nothing}
	case "identify":
		return []completion.Value{completion.PID, completion.Nothing}
	case "exec":
		return []completion.Value{completion.Name, completion.Program}
	case "inspect", "graph":
		return []completion.Value{completion.Name}
	case "snapshot":
		return []completion.Value{completion.File, completion.Nothing}
	case "completion":
		return []completion.Value{completion.OneOf("bash", "zsh", "fish"), completion.Nothing}
	}
	return nil
}

// flagValue is what a flag takes in its help: FILE, COLUMNS.
func flagValue(command, placeholder string, f cli.Flag) completion.Value {
	switch {
	case !takesValue(f.Names()[0], []cli.Flag{f}):
		return nil
	case placeholder == "FILE":
		return completion.File
	case placeholder == "FORMAT":
		return completion.OneOf("tree", "dot", "mermaid", "json", "svg")
	case placeholder == "COLUMNS":
		return completion.OneOf(columnsOf(command)...)
	}
	return completion.Nothing
}

// columnsOf gives the columns that a command can show.
func columnsOf(command string) []string {
	switch command {
	case "list":
		return columnNames(listColumns())
	case "pids":
		return columnNames(holderColumns())
	case "find":
		return columnNames(findColumns(netnsctl.ID{}))
	}
	return nil
}

// optionHelp says what an option with an effect does.
func optionHelp(name string) string {
	switch name {
	case "batch":
		return "commands from a file, - for standard input"
	case "force":
		return "go on after a line of the batch that failed"
	case "all":
		return "every name, for delete and exec"
	case "netns":
		return "act inside a namespace"
	case "json":
		return "JSON output"
	case "pretty":
		return "JSON with one value per line"
	case "Version":
		return "the versions"
	case "help":
		return "the usage"
	}
	return "accepted, changes nothing"
}
