package main

import (
	"errors"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// The exit statuses of exists, which are those of test(1) and grep(1).
const (
	statusMissing = 1
	statusUntold  = 2
)

// exists tells by its exit status whether each word stands for a network namespace.
func (u *ui) exists(call compat.Call, c *cli.Context) error {
	missing, untold := false, false
	for _, word := range c.Args().Slice() {
		_, err := call.Host.Identity(word)
		if isMissing(err) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ELOOP) {
			if err = maybeHidden(call.Host, word); err == nil {
				missing = true
				if c.Bool("verbose") {
					u.note("%v", noNamespace(call.Host, word, "exists"))
				}
			}
		}
		if err != nil {
			untold = true
			u.note("%v", uninspected(word, err))
		}
	}
	if missing {
		return status(statusMissing)
	}
	return statusIf(untold, statusUntold)
}

// maybeHidden is the error of an ID that was not found where not everything could be inspected.
func maybeHidden(host netnsctl.Host, word string) error {
	if _, isID := netnsctl.ParseIno(word); !isID {
		return nil
	}
	snap, err := discover.Scan(host, discover.Options{IdentityOnly: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	if isPartial(snap.Gaps) {
		return errors.New("incomplete: " + criticalGaps(snap.Gaps))
	}
	return nil
}
