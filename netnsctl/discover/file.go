package discover

import (
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// File is the identity of an entry of the run directory: equal as long as it is
// the same file, unchanged.
type File struct {
	Dev, Ino uint64
	Kind     FileKind `json:"file,omitempty"`
	Size     uint64
	Born     time.Time `json:"born,omitzero"`
	// Target is what a symbolic link points to.
	Target string
	// Full says that a directory has entries, so that it cannot be removed.
	Full bool
}

// FileKind is a type of file.
type FileKind string

// The types of files.
const (
	Regular   FileKind = "file"
	Directory FileKind = "directory"
	Link      FileKind = "link"
	Fifo      FileKind = "fifo"
	Socket    FileKind = "socket"
	Device    FileKind = "device"
)

// fileOf is a file of the run directory in words.
func fileOf(f rundir.File) File {
	file := File{Dev: f.Dev, Ino: f.Ino, Size: f.Size, Born: f.Born, Target: f.Target}
	if f.Type != 0 {
		file.Kind = kindOf(f.Type)
	}
	return file
}

// obstacleOf is why a file cannot be removed, in words.
func obstacleOf(f sys.Fixed) netnsctl.Obstacle {
	switch f {
	case sys.Immutable:
		return netnsctl.ImmutableFile
	case sys.AppendOnly:
		return netnsctl.AppendOnlyFile
	case sys.Sticky:
		return netnsctl.OthersFile
	}
	return netnsctl.NoObstacle
}

func kindOf(kind uint32) FileKind {
	switch kind {
	case sys.KindRegular:
		return Regular
	case sys.KindDirectory:
		return Directory
	case sys.KindLink:
		return Link
	case sys.KindFifo:
		return Fifo
	case sys.KindSocket:
		return Socket
	}
	return Device
}
