package compat

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/compat/proc/entry"
)

// maxRounds ends a loop in which every round has other words.
const maxRounds = 8

// realIPEnviron is the environment for the real `ip` at path. It is an error if this program
// has handed over the same call before. A wrapper such as
//
//	exec ip "$@"
//
// in the place of the real `ip` calls this program again, which would execute the wrapper
// again, for ever. The value of [entry.RoundsVariable] has a hash of each call that was
// handed over: see [callHash]. Commands that the `ip` of iproute2 executes do not get the
// variable: it never calls this program itself.
func realIPEnviron(path string, argv []string) ([]string, error) {
	env := slices.DeleteFunc(proc.Environ(), func(word string) bool { return strings.HasPrefix(word, entry.RoundsVariable+"=") })
	text, _ := proc.Getenv(entry.RoundsVariable)
	rounds, this := strings.Fields(text), callHash(argv)
	switch {
	case slices.Contains(rounds, this) || len(rounds) >= maxRounds:
		return nil, &failure{
			status: statusUsage,
			text: "netnsctl: " + path + " is not the real `ip`, but calls netnsctl, which would execute " + path + " for ever; " +
				entry.IPVariable + " can name the real one",
		}
	case mayExecute(argv) && contains(path, "iproute2"):
		return env, nil
	}
	return append(env, entry.RoundsVariable+"="+strings.Join(append(rounds, this), " ")), nil
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
// through several copies. It is that of countRound in package entry.
func callHash(argv []string) string {
	h := fnv.New64a()
	if self, err := os.Stat("/proc/self/exe"); err == nil {
		st := self.Sys().(*syscall.Stat_t)
		for _, n := range []uint64{st.Ino, uint64(st.Dev)} { //nolint:unconvert // Dev has 32 bits on some architectures.
			h.Write(binary.LittleEndian.AppendUint64(nil, n))
		}
	}
	for _, word := range argv[min(1, len(argv)):] {
		h.Write(append([]byte{0}, word...))
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
