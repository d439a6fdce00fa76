package clean

import (
	"path"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/deadfile"
)

// deadFile decides on a dead file in a directory of a runtime, which only a target can be.
func (p *planner) deadFile(n *discover.Name) {
	at := place{path: n.Name}
	byPath, byDirectory := p.asksAt(at), p.asksAt(at.dir())
	named := byPath || byDirectory
	if !named && !p.everything {
		return
	}
	r := p.keepDeadFile(n, named, byPath)
	switch {
	case !r.keeps():
		p.plan.Steps = append(p.plan.Steps, Step{Action: Remove, Name: n, named: byPath})
	case byPath:
		p.skip(n, nil, r, nil)
	default:
		p.skip(n, nil, r, func(p *planner) bool { return !p.keepDeadFile(n, true, true).keeps() })
	}
}

// keepDeadFile says why a dead file stays, if it does. named says that it, or its directory, is a
// target, and byPath that it is one itself. Nothing that is mounted on the file ends with it, whoever
// has it there: in the directory of a user that may be the namespace of his container.
func (p *planner) keepDeadFile(n *discover.Name, named, byPath bool) reason {
	switch {
	case n.WantedBy != "":
		return wanted(n.WantedBy)
	case !named:
		r := Owned.because("in a directory of ", n.Owner)
		r.owner = n.Owner
		return r
	case n.Opener != nil:
		return heldBy("its file is open: ", *n.Opener)
	case n.Open:
		return Held.because("its file is open, but no descriptor of it was found")
	case n.Keeper != "" && !byPath:
		return Kept.because("it is in the records of ", n.Keeper)
	case !p.snap.OnFile.Asked[n.On]:
		return Unknown.because("what is mounted on its file cannot be told")
	}
	if m, found := p.snap.OnFile.Other(n.On, 0, anywhere); found {
		return mounted(m)
	}
	for _, g := range p.snap.Gaps {
		if g.What == discover.GapMountNamespaces || g.What == discover.GapDetachedTrees && g.Critical {
			return hidden("something may be mounted on its file", g)
		}
	}
	return p.young(n.File.Born)
}

// removeDeadFile removes a dead file in a directory of a runtime, if that still is what was planned
// and nobody uses it. Runtimes take no lock.
func (a *applier) removeDeadFile(step Step, planned deadfile.File) error {
	file := step.Name.Name
	dir, err := deadfile.Open(a.snap.Host.Helper, path.Dir(file))
	switch err {
	case nil:
	case syscall.ENOENT:
		return errGone
	case syscall.ELOOP, syscall.ENOTDIR:
		return changed("its directory is another one now")
	default:
		return netnsctl.NewOpError(netnsctl.OpRemoveName, "", file, err)
	}
	defer dir.Close()
	if err := a.noneOn(step.Name.On, 0, anywhere); err != nil {
		return err
	}
	if !step.named {
		if err := a.unnoted(step.Name); err != nil {
			return err
		}
	}
	name := path.Base(file)
	switch now, err := dir.Look(name); {
	case err == syscall.ENOENT:
		return errGone
	case err != nil || now != planned:
		return changed("it is another one now")
	case dir.IsOpen(name):
		return changed("its file is open")
	}
	switch err := dir.Remove(name); err {
	case syscall.ENOENT:
		return errGone
	case syscall.EBUSY:
		return changed("something is mounted on it now")
	default:
		return netnsctl.NewOpError(netnsctl.OpRemoveName, "", file, err)
	}
}
