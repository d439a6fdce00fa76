package tests

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// script is one script that is being run: in its own sandbox, by one face.
type script struct {
	*sandbox
	t          testscript.T
	face       face
	dir        string
	transcript *transcript // nil outside testdata/compat
}

type scriptKey struct{}

func scriptOf(ts *testscript.TestScript) *script { return ts.Value(scriptKey{}).(*script) }

// scripted is what testscript's T is, in truth.
type scripted interface {
	testscript.T
	Name() string
	Failed() bool
	Skipped() bool
	Error(...any)
}

// TestScript runs what is netnsctl's own: extensions and agreed deviations.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               func(env *testscript.Env) error { return setup(env, faces[0], nil) },
		Cmds:                commands,
		Condition:           condition,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// setup gives a script its sandbox.
func setup(env *testscript.Env, f face, tr *transcript) error {
	if noSandbox != "" {
		unable(env.T(), noSandbox)
	}
	box, err := newSandbox()
	if err != nil {
		unable(env.T(), "no sandbox:", err)
	}
	env.Defer(box.close)
	// An ordinary user must get there.
	if err := os.Chmod(filepath.Dir(env.WorkDir), 0o755); err != nil {
		return err
	}
	if err := putBatches(env.WorkDir, f); err != nil {
		return err
	}
	env.Values[scriptKey{}] = &script{t: env.T(), sandbox: box, face: f, dir: env.WorkDir, transcript: tr}
	env.Vars = append(env.Vars, baseEnv(f, env.WorkDir)...)
	return nil
}

// putBatches says the batch files in the face's words.
func putBatches(dir string, f face) error {
	files, err := filepath.Glob(filepath.Join(dir, "batch*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(f.batch(string(text))), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// condition answers what scripts may ask before a line: [root], [live].
func condition(cond string) (bool, error) {
	switch cond {
	case "root":
		return isRoot(), nil
	case "live":
		return realIP != "", nil
	}
	return false, errUnknownCondition(cond)
}

type errUnknownCondition string

func (cond errUnknownCondition) Error() string { return "unknown condition " + string(cond) }
