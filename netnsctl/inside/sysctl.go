package inside

import (
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// sysctl reads a kernel parameter. Below /proc/sys/net each thread sees those of
// its own network namespace.
func (c *Contents) sysctl(key string) {
	path := "/proc/sys/" + key
	text, err := sys.ReadFile(path)
	switch err {
	case nil:
		c.Sysctls[key] = strings.TrimSuffix(string(text), "\n")
	case syscall.ENOENT: // not in this kernel, or not of this namespace
	default:
		c.fail(OpReadSysctl, path, err)
	}
}
