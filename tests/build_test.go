package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// artefactVariable hands the built binary to the copy of the test binary that
// runs in a user namespace.
const artefactVariable = "NETNSCTL_TEST_ARTEFACT"

// binaryVariable names a binary to be tested, where none can be built.
const binaryVariable = "NETNSCTL_TEST_BINARY"

// artefact is the directory of the binary under test: bin/netnsctl, and
// face/FACE with one link each. Everyone may read it.
var artefact string

// prepareArtefact builds the binary as the Makefile does, which is the one place
// that knows the flags, and makes the links that select a face.
func prepareArtefact() (done func(), err error) {
	if artefact = os.Getenv(artefactVariable); artefact != "" {
		return func() {}, nil
	}
	artefact, err = os.MkdirTemp("", "netnsctl-artefact")
	if err != nil {
		return nil, err
	}
	done = func() { os.RemoveAll(artefact) }
	// testscript leaves an empty directory when only some scripts are run.
	os.Setenv("GOTMPDIR", artefact)
	if err := buildArtefact(); err != nil {
		done()
		return nil, err
	}
	return done, nil
}

func buildArtefact() error {
	if err := os.Chmod(artefact, 0o755); err != nil {
		return err
	}
	bin := filepath.Join(artefact, "bin", "netnsctl")
	if err := os.Mkdir(filepath.Dir(bin), 0o755); err != nil {
		return err
	}
	build := exec.Command("make", "-s", "-C", "..", "build", "BIN="+bin)
	if built := os.Getenv(binaryVariable); built != "" {
		build = exec.Command("install", built, bin)
	}
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	for _, f := range faces {
		if f.link == "" {
			continue
		}
		dir := filepath.Join(artefact, "face", f.name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.Symlink(bin, filepath.Join(dir, f.link)); err != nil {
			return err
		}
	}
	return nil
}
