package tests

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// openers are the functions that open what a path leads to, whatever that is: for root that
// may be a device which somebody else has put there. A call with O_PATH opens nothing, and
// nobody else chooses a path that the source begins with "/proc/".
var openers = map[string][]string{
	"os":      {"Create", "CreateTemp", "DirFS", "Open", "OpenFile", "OpenInRoot", "OpenRoot", "ReadDir", "ReadFile", "WriteFile"},
	"syscall": {"Creat", "Open", "Openat"},
	"unix":    {"Creat", "Open", "OpenByHandleAt", "Openat", "Openat2"},
	"netns":   {"GetFromDocker", "GetFromName", "GetFromPath", "GetFromPid", "GetFromThread", "NewNamed"},
	"sys":     {"Names", "OpenAt", "OpenDir", "ReadFile", "open", "openQuiet"},
}

// opens are all other calls of openers, by the reason why nobody else chooses what they open.
// A new one needs a reason that holds for root in a world that an ordinary user has made: see
// sys.OpenNamespace for namespaces, and sys.Tree for files that others own.
var opens = map[string][]string{
	"a file below the root of procfs": {
		"netnsctl/discover/hidden_sockets.go listeners sys.ReadFile",
		"netnsctl/discover/hidden_sockets.go rings sys.ReadFile",
		"netnsctl/discover/hidden_tcp.go tcpSockets sys.ReadFile",
		"netnsctl/discover/hidden_sockets.go waiting sys.ReadFile",
		"netnsctl/discover/limit.go limit sys.ReadFile",
		"netnsctl/discover/source_file_systems.go volumes sys.ReadFile",
		"netnsctl/discover/source_hidden_sockets.go hidden sys.ReadFile",
		"netnsctl/discover/record.go bootID os.ReadFile",
		"netnsctl/inside/gateway.go maybeNFTables sys.ReadFile",
		"netnsctl/inside/gateway.go virtualServices sys.ReadFile",
		"netnsctl/inside/procnet.go readProcNet sys.ReadFile",
		"netnsctl/inside/read.go readSysctl sys.ReadFile",
		"netnsctl/internal/mountns/mountns.go Enter sys.OpenDir",
		"netnsctl/internal/mountns/read.go file sys.OpenAt",
		"netnsctl/internal/procfs/foreign.go NetPath sys.Names",
		"netnsctl/internal/procfs/foreign.go Open sys.OpenAt",
		"netnsctl/internal/procfs/foreign.go read os.ReadFile",
		"netnsctl/internal/procfs/parse.go ends sys.OpenAt",
		"netnsctl/internal/procfs/procfs.go Open sys.OpenDir",
		"netnsctl/internal/procfs/procfs.go PIDs sys.OpenDir",
		"netnsctl/internal/procfs/procfs.go ReadFile sys.OpenAt",
		"netnsctl/internal/procfs/reader.go EachFD sys.OpenAt",
		"netnsctl/internal/procfs/foreign.go FDInfo sys.OpenAt",
		"netnsctl/internal/procfs/reader.go Tasks sys.OpenAt",
		"netnsctl/internal/rundir/lock_holder.go hasLock os.Open",
		"netnsctl/internal/rundir/lock_holder.go hasLock os.ReadFile",
		"netnsctl/internal/rundir/lock_holder.go lockers os.ReadFile",
		"netnsctl/internal/sys/open_namespace.go openWithoutProc unix.Openat",
		"netnsctl/internal/sys/read.go ReadFile sys.open",
		"netnsctl/processes.go Processes sys.Names",
		"netnsctl/processes.go Processes sys.ReadFile",
		"netnsctl/vrf.go cgroup2Root sys.ReadFile",
		"netnsctl/vrf.go vrfParent sys.ReadFile",
	},
	"a directory (O_DIRECTORY) that root or the caller has chosen": {
		"netnsctl/enter.go Overlays sys.Names",
		"netnsctl/discover/names.go hasEntries sys.Names",
		"netnsctl/isolate.go hide sys.Names",
		"netnsctl/enter.go bindEtc sys.Names",
		"netnsctl/internal/rundir/lock.go Lock sys.OpenAt",
		"netnsctl/keep/read.go Read sys.Names",
		"netnsctl/internal/rundir/rundir.go Open sys.OpenDir",
		"netnsctl/internal/sys/file.go OpenDir sys.openQuiet",
		"netnsctl/internal/sys/read.go Names sys.OpenDir",
		"netnsctl/internal/sys/tree.go Names sys.openQuiet",
		"netnsctl/names.go Names sys.Names",
		"netnsctl/processes.go PIDs sys.Names",
		"netnsctl/nsid.go Entries sys.OpenDir",
		"netnsctl/rundir.go prepareRunDir sys.OpenDir",
	},
	"a file that an O_PATH descriptor holds, which is of nsfs or regular": {
		"netnsctl/internal/sys/open_namespace.go OpenHeld sys.open",
		"netnsctl/internal/sys/tree.go openRegular sys.openQuiet",
	},
	"a directory (O_DIRECTORY) that an O_PATH descriptor holds, in the helper process": {
		"netnsctl/internal/sys/tree.go LinkNames sys.openQuiet",
	},
	"a directory (O_DIRECTORY) of a mount namespace of root, on a file system with a disk or tmpfs": {
		"netnsctl/internal/sys/covered.go HoldCovered unix.Openat",
	},
	"nothing: O_PATH is among the flags": {
		"netnsctl/internal/sys/hold.go hold unix.Openat2",
	},
	"a file of a sysfs that is made anew": {
		"netnsctl/internal/sys/sysfs.go ReadFile unix.Openat",
	},
	"a file of debugfs, which only root makes": {
		"netnsctl/discover/source_tracker.go tracked sys.Names",
		"netnsctl/discover/source_tracker.go tracked sys.ReadFile",
	},
	"a namespace, by its handle": {
		"netnsctl/internal/sys/nsfs.go OpenHandle unix.OpenByHandleAt",
	},
	"a file that is made (O_EXCL)": {
		"cmd/netnsctl/ui.go replaceFile os.CreateTemp",
		"netnsctl/internal/sys/file.go CreateEmpty sys.open",
		"netnsctl/internal/sys/mountns.go writeFile unix.Openat",
	},
	"a file that the command line names": {
		"cmd/netnsctl/snapshot.go readRecord os.Open",
		"compat/batch.go openBatch os.Open",
		"compat/realip.go mayHaveNetns os.Open",
	},
	"a file in a directory that belongs to the caller, and into which nobody else can write": {
		"cmd/netnsctl/first_seen.go readFirstSeen os.ReadFile",
	},
	"a program that would be executed": {
		"compat/run_dir.go readProgram os.Open",
	},
	"the cgroup of the caller": {
		"netnsctl/vrf.go joinCgroup os.OpenFile",
	},
	"flags that the callers choose": {
		"netnsctl/internal/sys/file.go open unix.Open",
		"netnsctl/internal/sys/file.go openQuiet sys.open",
		"netnsctl/internal/sys/thread.go OpenPlace sys.open",
	},
}

// safePaths are the beginnings of paths that nobody but root chooses.
var safePaths = []string{`"/proc/`, `"/etc/passwd"`, `"thread-self/`}

func TestOpens(t *testing.T) {
	found := map[string]bool{}
	for _, dir := range []string{"../cmd", "../compat", "../netnsctl"} {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			forTests := strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/nstest/") || strings.Contains(path, "/netnstest/")
			if err == nil && strings.HasSuffix(path, ".go") && !forTests {
				err = collectOpens(path, found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) == 0 {
		t.Error("no call is found")
	}
	for why, calls := range opens {
		for _, call := range calls {
			if !found[call] {
				t.Errorf("%s (%s) is not there any more", call, why)
			}
			delete(found, call)
		}
	}
	for _, call := range slices.Sorted(maps.Keys(found)) {
		t.Errorf("%s: may somebody else choose what it opens?", call)
	}
}

// collectOpens adds the calls of openers in a file, as "file function opener".
func collectOpens(path string, found map[string]bool) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, decl := range file.Decls {
		where := strings.TrimPrefix(filepath.ToSlash(path), "../")
		if f, ok := decl.(*ast.FuncDecl); ok {
			where += " " + f.Name.Name
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && harmless(call) {
				return false
			}
			opener := ""
			switch n := n.(type) {
			case *ast.SelectorExpr: // also where the function is handed on
				if pkg, ok := n.X.(*ast.Ident); ok && slices.Contains(openers[pkg.Name], n.Sel.Name) {
					opener = pkg.Name + "." + n.Sel.Name
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && slices.Contains(openers[file.Name.Name], f.Name) {
					opener = file.Name.Name + "." + f.Name
				}
			}
			if opener != "" {
				found[where+" "+opener] = true
			}
			return true
		})
	}
	return nil
}

// harmless reports whether a call opens nothing, or a path that nobody but root chooses.
func harmless(call *ast.CallExpr) bool {
	return slices.ContainsFunc(call.Args, func(arg ast.Expr) bool {
		first, ok := arg, true
		for sum := (*ast.BinaryExpr)(nil); ok; {
			if sum, ok = first.(*ast.BinaryExpr); ok {
				first = sum.X
			}
		}
		text, _ := first.(*ast.BasicLit)
		return text != nil && slices.ContainsFunc(safePaths, func(path string) bool { return strings.HasPrefix(text.Value, path) }) ||
			mentions(arg, "O_PATH")
	})
}

// mentions reports whether an expression has an identifier in it.
func mentions(e ast.Expr, name string) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if _, isFunc := n.(*ast.FuncLit); isFunc {
			return false
		}
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}
