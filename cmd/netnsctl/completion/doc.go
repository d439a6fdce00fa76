// Package completion finds the words that may stand at the end of a command line,
// and has the scripts by which bash, zsh and fish ask for them.
//
// The scripts know nothing of the commands: each hands over what was typed and
// shows the answer. So all shells, and all faces, complete from one table.
package completion

import (
	_ "embed" // the scripts
)

var (
	//go:embed netnsctl.bash
	bash string
	//go:embed netnsctl.zsh
	zsh string
	//go:embed netnsctl.fish
	fish string
	//go:embed ip.bash
	ipBash string
	//go:embed ip.zsh
	ipZsh string
	//go:embed ip.fish
	ipFish string
)

// Script gives the script for a shell and what it needs to answer for `ip netns`
// as well; "" for a shell that has none.
func Script(shell string) (script, forIP string) {
	switch shell {
	case "bash":
		return bash, ipBash
	case "zsh":
		return zsh, ipZsh
	case "fish":
		return fish, ipFish
	}
	return "", ""
}
