package tests

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

// The scripts of testdata/compat say only what is called. What real ip answers
// is recorded at their end, in the file "transcript" (-update), and serves three
// times: the faces must answer the same (TestGolden), and so must the installed
// ip (TestDifferential); where that differs, being another version, the faces
// must at least answer as it does.

const compatDir = "testdata/compat"

func TestGolden(t *testing.T) {
	if *update {
		t.Skip("recording")
	}
	for _, f := range faces {
		t.Run(f.name, func(t *testing.T) {
			runCompat(t, f, func(name string) *transcript { return newTranscript(f, golden(t, name)) }, nil)
		})
	}
}

// TestUpdate records the transcripts.
func TestUpdate(t *testing.T) {
	if !*update {
		return
	}
	needIP(t)
	runCompat(t, realFace, recorder, func(name string, tr *transcript) { writeGolden(t, name, tr.text()) })
}

// TestDifferential asks the installed ip.
func TestDifferential(t *testing.T) {
	if *update {
		t.Skip("recording")
	}
	needIP(t)
	var answers sync.Map
	t.Run("real", func(t *testing.T) {
		runCompat(t, realFace, recorder, func(name string, tr *transcript) { answers.Store(name, tr.text()) })
	})
	differs := map[string]string{}
	answers.Range(func(name, text any) bool {
		if !sameCalls(text.(string), golden(t, name.(string))) {
			differs[name.(string)] = text.(string)
		}
		return true
	})
	for name, live := range differs {
		t.Logf("%s: the installed ip differs from the transcript; the faces are asked again", name)
		for _, f := range faces {
			t.Run(f.name, func(t *testing.T) {
				runCompat(t, f, func(string) *transcript {
					tr := newTranscript(f, live)
					tr.installed = true
					return tr
				}, nil, name)
			})
		}
	}
}

// sameCalls compares transcripts, whatever version they are of.
func sameCalls(a, b string) bool {
	return slices.Equal(newTranscript(realFace, a).want, newTranscript(realFace, b).want)
}

func recorder(string) *transcript {
	return &transcript{face: realFace, record: true, version: ipVersion()}
}

func needIP(t *testing.T) {
	if realIP == "" {
		unable(t, noIPReason)
	}
}

// runCompat runs every compat script, or only some, by one face. ended is told of those that
// have come to their end.
func runCompat(t *testing.T, f face, begin func(name string) *transcript, ended func(string, *transcript), only ...string) {
	var files []string
	for _, name := range only {
		files = append(files, scriptFile(name))
	}
	dir := compatDir
	if files != nil {
		dir = ""
	}
	testscript.Run(t, testscript.Params{
		Dir: dir, Files: files,
		Setup: func(env *testscript.Env) error {
			st := env.T().(scripted)
			name := filepath.Base(st.Name())
			tr := begin(name)
			os.Remove(filepath.Join(env.WorkDir, transcriptFile))
			env.Defer(func() {
				switch {
				case st.Failed() || st.Skipped():
				case tr.rest() != "":
					st.Error("calls of the transcript that were not made:\n" + tr.rest())
				case ended != nil:
					ended(name, tr)
				}
			})
			return setup(env, f, tr)
		},
		Cmds:                commands,
		Condition:           condition,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

const transcriptFile = "transcript"

func scriptFile(name string) string { return filepath.Join(compatDir, name+".txtar") }

func golden(t *testing.T, name string) string {
	archive, err := txtar.ParseFile(scriptFile(name))
	if err != nil {
		t.Error(err)
		return ""
	}
	for _, file := range archive.Files {
		if file.Name == transcriptFile {
			return string(file.Data)
		}
	}
	return ""
}

func writeGolden(t *testing.T, name, text string) {
	archive, err := txtar.ParseFile(scriptFile(name))
	if err != nil {
		t.Error(err)
		return
	}
	file := txtar.File{Name: transcriptFile, Data: []byte(text)}
	if n := len(archive.Files); n > 0 && archive.Files[n-1].Name == transcriptFile {
		archive.Files[n-1] = file
	} else {
		archive.Files = append(archive.Files, file)
	}
	if err := os.WriteFile(scriptFile(name), txtar.Format(archive), 0o644); err != nil {
		t.Error(err)
	}
}
