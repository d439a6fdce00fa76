package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// replaceFile gives a file a new content in one step: who reads it sees the old
// one or the whole new one, and after a crash one of both is there. While it is
// made the new one has a name that begins with a dot and ends in digits, so that
// node_exporter's textfile collector, which reads *.prom, passes it by.
func replaceFile(name, text string) (err error) {
	switch info, err := os.Lstat(name); {
	case os.IsNotExist(err):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("not a regular file; not replaced")
	}
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(file.Name())
		}
	}()
	_, err = file.WriteString(text)
	for _, step := range []func() error{
		func() error { return file.Chmod(0o644) },
		file.Sync,
	} {
		if err == nil {
			err = step()
		}
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	return err
}

// deliver writes to a file, or to standard output for "-" or none.
func (u *ui) deliver(name, text string) error {
	if name == "" || name == "-" {
		u.print(text)
		return nil
	}
	if err := replaceFile(name, text); err != nil {
		return fmt.Errorf("%s: %w", name, bare(err))
	}
	return nil
}
