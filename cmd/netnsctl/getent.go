package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/compat"
)

// getentLimit is how long a name service, such as LDAP, may take for an answer.
const getentLimit = 5 * time.Second

// getent asks the name services of the host, which only the C library knows, for an entry. It
// is empty where there is none, or no getent(1).
func getent(database, key string) (line string, err error) {
	program := getentProgram()
	if program == "" || key == "" || key[0] == '-' || strings.ContainsAny(key, ":\n\x00") {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), getentLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, database, key)
	cmd.Dir, cmd.Env, cmd.WaitDelay = "/", []string{"PATH=" + compat.SystemPath, "LC_ALL=C"}, time.Second
	// The status says less than the answer, and is lost where the caller ignores SIGCHLD.
	answer, _ := cmd.Output()
	if ctx.Err() != nil {
		return "", fmt.Errorf("getent %s %s does not answer", database, quote(key))
	}
	line = strings.TrimSuffix(string(answer), "\n")
	if strings.ContainsAny(line, "\n\x00") {
		return "", oddAnswer(database, line)
	}
	return line, nil
}

// getentProgram is the path of getent(1), or empty. The caller's PATH does not count.
func getentProgram() string {
	for dir := range strings.SplitSeq(compat.SystemPath, ":") {
		if program := dir + "/getent"; isProgram(program) {
			return program
		}
	}
	return ""
}

// askedGetent says in a message whether getent has been asked.
func askedGetent() string {
	if getentProgram() == "" {
		return ", and there is no getent to ask"
	}
	return " or by getent"
}

func oddAnswer(database, line string) error {
	const most = 100
	return fmt.Errorf("getent %s gave an odd answer: %s", database, quote(line[:min(len(line), most)]))
}
