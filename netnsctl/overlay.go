package netnsctl

import (
	"os"
	"slices"
)

// Overlays are the files, as paths, that [Host.Enter] lays over those of the same
// names in /etc.
func (h Host) Overlays(name string) []string {
	if !ValidName(name) {
		return nil
	}
	dir, err := os.Open(h.etcDir() + "/" + name)
	if err != nil {
		return nil
	}
	defer dir.Close()
	files, _ := dir.Readdirnames(-1)
	slices.Sort(files)
	for i := range files {
		files[i] = dir.Name() + "/" + files[i]
	}
	return files
}
