package netnsctl

import (
	"sync"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Outcome is what became of a command in one namespace.
type Outcome struct {
	Name           string
	Status         ExitStatus
	Stdout, Stderr []byte
	Took           time.Duration
	// Warnings are what [Host.Warn] would have been told.
	Warnings []*OpError
	// Err says why the command did not run.
	Err error
}

// RunEach is [Host.RunIn] in each namespace, in up to atOnce of them at a time and
// with an empty standard input. tell gets each outcome when the command has ended,
// one after the other, on the caller's goroutine.
func (h Host) RunEach(names []string, atOnce int, argv []string, setup Setup, tell func(Outcome)) {
	here := sys.OpenPlace()
	defer here.Close()
	todo, done := make(chan string), make(chan Outcome)
	var runners sync.WaitGroup
	for range min(atOnce, len(names)) {
		runners.Go(func() {
			for name := range todo {
				done <- h.capture(here, name, argv, setup)
			}
		})
	}
	go func() {
		for _, name := range names {
			todo <- name
		}
		close(todo)
		runners.Wait()
		close(done)
	}()
	for outcome := range done {
		tell(outcome)
	}
}

// capture runs a command and keeps what it prints.
func (h Host) capture(here *sys.Place, name string, argv []string, setup Setup) Outcome {
	o := Outcome{Name: name}
	h.Warn = func(e *OpError) { o.Warnings = append(o.Warnings, e) }
	files, err := memoryFiles()
	if err != nil {
		o.Err = newOpError(OpExec, argv[0], "", err)
		return o
	}
	defer closeAll(files)
	start := time.Now()
	o.Status, o.Err = h.runAt(here, name, argv, setup, [3]int{int(files[0].Fd()), int(files[1].Fd()), int(files[2].Fd())})
	o.Took = time.Since(start)
	o.Stdout, o.Stderr, err = written(files)
	if err != nil && o.Err == nil {
		o.Err = newOpError(OpExec, argv[0], "", err)
	}
	return o
}
