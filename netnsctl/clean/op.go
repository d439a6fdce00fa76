package clean

import "github.com/netnsctl/netnsctl/netnsctl"

// The steps of a clean-up that can fail, beside those of package netnsctl.
const (
	OpUnmountName  netnsctl.Op = "unmount name"
	OpUnmountNetns netnsctl.Op = "unmount network namespace"
)
