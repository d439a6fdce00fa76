package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// onTerminal tells whether a person can be asked.
func (u *ui) onTerminal() bool {
	return netnsctl.IsTerminal(int(os.Stdin.Fd())) && netnsctl.IsTerminal(int(u.err.Fd()))
}

// confirm asks a person; anything but y or yes means no.
func (u *ui) confirm(question string) bool {
	fmt.Fprint(u.err, escape(question)+" [y/N] ")
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		fmt.Fprintln(u.err) // the answer was the end of the input
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}
