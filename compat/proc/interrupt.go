package proc

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// Interrupt is the signal that has ended a context of [Interruptible], as its cause.
type Interrupt struct{ syscall.Signal }

func (i Interrupt) Error() string { return "interrupted by " + i.String() }

// Status is the exit status of a program that ends because of the signal: that which a shell
// shows for a program that the signal has killed.
func (i Interrupt) Status() int { return 128 + int(i.Signal) }

// Interruptible returns a context that ends at the first SIGINT, SIGTERM or SIGHUP, with an
// [Interrupt] as its cause. From then on, and after release, these signals have their default
// action again: the second one ends the process at once. A signal that was ignored when the
// process began stays ignored.
func Interruptible() (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	stops := slices.DeleteFunc([]os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM}, func(sig os.Signal) bool {
		return signalIgnored(sig.(syscall.Signal))
	})
	if len(stops) == 0 { // for package signal that means all signals
		return ctx, func() { cancel(nil) }
	}
	// The runtime does not know of [RestoreSignals], and installs its handler again only for a
	// signal that it was told to ignore. When it removes the handler, it restores what it has
	// found then.
	signal.Ignore(stops...)
	restoreDefault(stops)
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, stops...)
	released := make(chan struct{})
	go func() {
		defer close(released)
		select {
		case sig := <-caught:
			cancel(Interrupt{sig.(syscall.Signal)})
		case <-ctx.Done():
		}
		signal.Reset(stops...)
		restoreDefault(stops)
	}()
	return ctx, func() {
		cancel(nil)
		<-released
	}
}

func restoreDefault(signals []os.Signal) {
	for _, sig := range signals {
		setAction(sig.(syscall.Signal), sigDfl)
	}
}
