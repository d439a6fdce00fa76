package tests

import (
	"debug/buildinfo"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/netnsctl/netnsctl"

// layers lists the packages with what each may import of the module. Others may
// be added below them: a package belongs to the longest prefix that fits.
var layers = map[string][]string{
	"/cmd/netnsctl":                   {"/cmd/netnsctl", "/cmd/netnsctl/internal/fastpath", "/compat", "/netnsctl", "/netnsctl/inside", "/compat/proc"},
	"/cmd/netnsctl/internal/fastpath": {"/compat", "/netnsctl"},
	"/compat":                         {"/compat", "/netnsctl", "/compat/proc"},
	"/compat/proc":                    {"/compat/proc"},
	"/netnsctl":                       {"/netnsctl", "/netnsctl/inside", "/netnsctl/internal", "/netnsctl/internal/nstest", "/netnsctl/internal/rtnl", "/netnsctl/internal/sys"},
	"/netnsctl/inside":                {"/netnsctl", "/netnsctl/internal/rtnl", "/netnsctl/internal/sys"},
	"/netnsctl/internal/rtnl":         {"/netnsctl/internal/sys"},
	"/netnsctl/internal":              {"/netnsctl/internal", "/netnsctl/internal/sys"},
	"/netnsctl/internal/nstest":       {"/netnsctl"},
	"/netnsctl/internal/sys":          {"/netnsctl/internal/sys"},
}

// kernelModules are the packages that make system calls or have the formats of the
// kernel, with the layers that may import them. The library hands out the handles of
// vishvananda/netns.
var kernelModules = map[string][]string{
	"golang.org/x/sys/unix":          {"/compat/proc", "/netnsctl/inside", "/netnsctl/internal/rtnl", "/netnsctl/internal/sys"},
	"github.com/vishvananda/netlink": {"/netnsctl/inside", "/netnsctl/internal/rtnl"},
	"github.com/vishvananda/netns":   {"/netnsctl", "/netnsctl/inside", "/netnsctl/internal/rtnl", "/netnsctl/internal/sys"},
}

func TestImportDirection(t *testing.T) {
	for pkg, imports := range goList(t, "{{.ImportPath}} {{join .Imports \" \"}}", "./cmd/...", "./compat/...", "./netnsctl/...") {
		layer := layerOf(strings.TrimPrefix(pkg, module))
		if layer == "" {
			t.Errorf("%s belongs to no layer", pkg)
			continue
		}
		for _, imported := range imports {
			if rest, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(layers[layer], layerOf(rest)) {
				t.Errorf("%s imports %s", pkg, imported)
			}
			for kernel, users := range kernelModules {
				if strings.HasPrefix(imported, kernel) && !slices.Contains(users, layer) {
					t.Errorf("%s imports %s: only %s may", pkg, imported, users)
				}
			}
		}
	}
}

func layerOf(path string) (layer string) {
	for l := range layers {
		if (path == l || strings.HasPrefix(path, l+"/")) && len(l) > len(layer) {
			layer = l
		}
	}
	return layer
}

// TestLeanBinary keeps out what costs every call of a short-lived program. What
// is in the binary depends on its build tags.
func TestLeanBinary(t *testing.T) {
	deps := goList(t, "{{.ImportPath}}", "-deps", "./cmd/netnsctl")
	if len(deps) < 20 {
		t.Fatalf("only %d packages: is this the program?", len(deps))
	}
	for pkg := range deps {
		for _, heavy := range []string{"net/http", "blackfriday", "md2man"} {
			if strings.Contains(pkg, heavy) {
				t.Errorf("the binary contains %s", pkg)
			}
		}
	}
}

// goList gives a line per package, by its first word, under the build tags of the
// artefact.
func goList(t *testing.T, format string, args ...string) map[string][]string {
	t.Helper()
	args = slices.Concat([]string{"list", "-tags", artefactTags(t), "-f", format}, args)
	cmd := exec.Command("go", args...)
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %v: %v", args, err)
	}
	lines := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		lines[words[0]] = words[1:]
	}
	return lines
}

func artefactTags(t *testing.T) string {
	t.Helper()
	info, err := buildinfo.ReadFile(filepath.Join(artefact, "bin", "netnsctl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range info.Settings {
		if s.Key == "-tags" {
			return s.Value
		}
	}
	t.Error("the artefact was built without tags")
	return ""
}
