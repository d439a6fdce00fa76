package sys

import "golang.org/x/sys/unix"

// atSecure is AT_SECURE of getauxval(3).
const atSecure = 23

// HasMoreThanCaller tells whether the process has privileges that its caller has
// not: the program is set-id, or has file capabilities. The caller's environment
// must then not choose what is run.
func HasMoreThanCaller() bool {
	words, err := unix.Auxv()
	if err != nil {
		return true
	}
	for _, word := range words {
		if word[0] == atSecure {
			return word[1] != 0
		}
	}
	return true
}
