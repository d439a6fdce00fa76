//go:build amd64 || arm64

package nofile

// RLIMIT_NOFILE, soft and hard (getrlimit(2)): as inherited, and for the start.
// netnsctl_few_files writes both.
var (
	inherited [2]uint64
	few       = [2]uint64{3, 0} //nolint:unused // by netnsctl_few_files
)

func init() {
	if inherited[1] != 0 {
		restore()
	}
}

// restore makes inherited the limit again.
func restore()
