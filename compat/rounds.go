package compat

import (
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/compat/proc"
)

// roundsVariable is the environment variable that counts how often a call came here on its
// way to the real `ip`. A wrapper such as
//
//	exec ip "$@"
//
// in the place of the real `ip` calls this program again, which would execute the wrapper
// again, for ever. The value has a hash of each call that was handed over: see [callHash].
const roundsVariable = "NETNSCTL_IP_ROUNDS"

// maxRounds ends a loop in which every round has other words.
const maxRounds = 8

// realIPEnviron is the environment for the real `ip` at path. It is an error if this program
// has handed over the same call before. Commands that the `ip` of iproute2 executes do not
// get the variable: it never calls this program itself.
func realIPEnviron(path string, argv []string) ([]string, error) {
	env := slices.DeleteFunc(proc.Environ(), func(word string) bool { return strings.HasPrefix(word, roundsVariable+"=") })
	text, _ := proc.Getenv(roundsVariable)
	rounds, this := strings.Fields(text), callHash(argv)
	switch {
	case slices.Contains(rounds, this) || len(rounds) >= maxRounds:
		return nil, &failure{
			status: statusUsage,
			text: "netnsctl: " + path + " is not the real `ip`, but calls netnsctl, which would execute " + path + " for ever; " +
				realIPVariable + " can name the real one",
		}
	case mayExecute(argv) && contains(path, "iproute2"):
		return env, nil
	}
	return append(env, roundsVariable+"="+strings.Join(append(rounds, this), " ")), nil
}

// mayExecute reports whether the `ip` of iproute2 may execute a command for the call: by
// `ip vrf exec` or in a batch.
func mayExecute(argv []string) bool {
	if named := namedObject(basename(argv)); named != "" {
		return strings.HasPrefix("vrf", named)
	}
	words := argv[min(1, len(argv)):]
	for {
		o, _, rest, err := nextOption(words)
		switch {
		case err != nil || o != nil && o.name == "batch":
			return true
		case o == nil:
			return len(rest) > 0 && strings.HasPrefix("vrf", rest[0])
		}
		words = rest
	}
}

// callHash stands for the words of a call, and for this copy of the program: a call may go
// through several copies.
func callHash(argv []string) string {
	h := fnv.New64a()
	if self, err := os.Stat("/proc/self/exe"); err == nil {
		st := self.Sys().(*syscall.Stat_t)
		fmt.Fprintf(h, "%d %d", st.Dev, st.Ino)
	}
	for _, word := range argv[min(1, len(argv)):] {
		h.Write(append([]byte{0}, word...))
	}
	return strconv.FormatUint(h.Sum64(), 36)
}
