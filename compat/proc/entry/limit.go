//go:build amd64 || arm64

package entry

// few is the limit that the entry point sets: the standard descriptors.
const few = 3

func init() {
	if openFiles[1] >= few {
		restoreOpenFiles()
	}
}

// restoreOpenFiles sets RLIMIT_NOFILE to openFiles.
func restoreOpenFiles()
