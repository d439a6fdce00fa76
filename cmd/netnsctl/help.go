package main

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// help runs the command help.
func (u *ui) help(call compat.Call, c *cli.Context) error {
	rows, text := visibleCommands(), overview()
	if topic := c.Args().First(); topic != "" {
		row := lookupAny(topic)
		if row == nil || row.hidden {
			return unknownCommand(topic)
		}
		rows, text = []command{*row}, row.help()
	}
	if c.Bool("json") || call.JSON {
		u.printJSON(struct {
			Commands []command `json:"commands"`
		}{rows}, call.Pretty)
	} else {
		u.print(text)
	}
	return nil
}

// help is the text of "netnsctl help COMMAND".
func (c *command) help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "usage: netnsctl %s\n", c.usage())
	for _, f := range c.Flags {
		if f.args != nil && len(f.Needs) == 0 {
			fmt.Fprintf(&b, "       netnsctl %s\n", c.usageWith(&f))
		}
	}
	b.WriteString("\n" + wrap("  ", c.Long))
	b.WriteString("\nOptions:\n")
	for _, f := range slices.Concat(c.Flags, commonFlags) {
		b.WriteString(entry(helpColumn, f.usage(), f.describe()))
	}
	for _, part := range c.details {
		b.WriteString("\n" + part)
	}
	fmt.Fprintf(&b, "\nExit status:\n%s\n", indent(strings.Join(c.Statuses, "\n")))
	fmt.Fprintf(&b, "\nExamples:\n%s\n", indent(strings.Join(c.Examples, "\n")))
	return b.String()
}

// usage is the usage line of the command, without the name of the program.
func (c *command) usage() string {
	words := []string{c.name}
	if len(c.Flags) > 0 {
		words = append(words, "[OPTION...]")
	}
	return strings.Join(append(words, c.args...), " ")
}

// usageWith is the usage line of the command with a flag that replaces the arguments.
func (c *command) usageWith(f *flag) string {
	return strings.Join(append([]string{c.name, "[OPTION...]", "--" + f.Name + f.valueUsage()}, f.args...), " ")
}

// usage is the flag as the help lists it.
func (f *flag) usage() string {
	text := strings.Join(f.words(), ", ")
	if len(f.words()) == 1 {
		text = "    " + text
	}
	return text + f.valueUsage()
}

// valueUsage is what follows the flag in a usage line.
func (f *flag) valueUsage() string {
	switch {
	case f.Optional:
		return "[=" + f.Value + "]"
	case f.Value != "":
		return " " + f.Value
	}
	return ""
}

// describe is the meaning of the flag in the help.
func (f *flag) describe() string {
	text := f.Help
	if f.Default != "" {
		text += " (default " + f.Default + ")"
	}
	if len(f.Needs) > 0 {
		text += "; needs --" + strings.Join(f.Needs, " or --")
	}
	return text
}

// overview is the text of "netnsctl help".
func overview() string {
	var b strings.Builder
	b.WriteString("usage: netnsctl [OPTION...] [COMMAND [WORD...]]\n\n" +
		"netnsctl does what \"ip netns\" does, and finds, explains and cleans up network\n" +
		"namespaces that are left over. Most of it needs root.\n")
	for _, group := range []struct {
		title     string
		extension bool
	}{{"As ip netns, the same words and output:", false}, {"More:", true}} {
		b.WriteString("\n" + group.title + "\n")
		for _, c := range visibleCommands() {
			if c.isExtension() == group.extension {
				b.WriteString(entry(14, c.name, c.Short))
			}
		}
	}
	b.WriteString("\nOptions before the command (may be abbreviated):\n")
	for _, row := range optionTexts {
		b.WriteString(entry(helpColumn, row[0], row[1]))
	}
	b.WriteString("\nExamples:\n" + indent("netnsctl list --stale                 what is left over, and why\n"+
		"netnsctl find 10.2.1.15               which namespace has this address\n"+
		"netnsctl prune --dry-run              what a clean-up would do\n"+
		"netnsctl run --up make check          in a temporary namespace\n"+
		"netnsctl exec --dns=isolated vpn CMD  without DNS leaks") + "\n\n" +
		"\"netnsctl help COMMAND\" explains a command. See netnsctl(8).\n")
	return b.String()
}

// helpWidth is the width of a small terminal. The meanings of words begin in
// helpColumn.
const helpWidth, helpColumn = 80, 26

// entry is a word and its meaning, which begins in a column and is wrapped.
func entry(column int, word, meaning string) string {
	if len(word) > column-4 {
		return "  " + word + "\n" + wrap(strings.Repeat(" ", column), meaning)
	}
	text := wrap(strings.Repeat(" ", column), meaning)
	return fmt.Sprintf("  %-*s", column-2, word) + text[min(column, len(text)):]
}

// wrap breaks a text into lines of at most helpWidth that begin with a margin.
func wrap(margin, text string) string {
	var b strings.Builder
	line := margin
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == margin:
		case len(line)+1+len(word) > helpWidth:
			b.WriteString(line + "\n")
			line = margin
		default:
			line += " "
		}
		line += word
	}
	return b.String() + line + "\n"
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ")
}

// versionText is the text of --version.
func versionText() string {
	text := "netnsctl " + version() + ", follows iproute2 " + compat.Follows + "\n"
	if !proc.Recorded() {
		text += "built without its entry point (see make build): commands get neither the ignored signals nor the closed descriptors of the caller\n"
	}
	return text
}

// MarshalJSON encodes a row of the table of commands.
func (c command) MarshalJSON() ([]byte, error) {
	type rest command
	head := struct {
		Name      string    `json:"name"`
		Extension bool      `json:"extension"` // iproute2 lacks the command
		Usage     string    `json:"usage"`
		Args      *[]string `json:"arguments"` // null where there are none
	}{Name: c.name, Extension: c.isExtension(), Usage: "netnsctl " + c.usage()}
	if c.args != nil {
		head.Args = &c.args
	}
	return textjson.Join(head, rest(c))
}

// version is the version of the module that the go command recorded.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
