package netnsctl_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestWatchEndsWithContext: a Next that waits ends when its context does, and the
// watcher still works afterwards.
func TestWatchEndsWithContext(t *testing.T) {
	host := netnsctl.Host{RunDir: t.TempDir()}
	watcher, err := host.Watch()
	nstest.Must(t, err)
	defer watcher.Close()
	for range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		if events, err := watcher.Next(ctx); !errors.Is(err, context.Canceled) || events != nil {
			t.Fatalf("%v, %v", events, err)
		}
	}
	nstest.Must(t, os.WriteFile(host.NamePath("blue"), nil, 0o400))
	events, err := watcher.Next(t.Context())
	if diff := cmp.Diff([]netnsctl.Event{{Name: "blue"}}, events); diff != "" || err != nil {
		t.Errorf("(-want +got):\n%s%v", diff, err)
	}
}
