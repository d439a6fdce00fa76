package main

import (
	"errors"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
)

// manySteps is how many steps are so many that a terminal shows what is done in groups.
const manySteps = 50

// watch prepares for the results of steps: which of them are printed at once, and whether the
// progress is shown, which is where nothing else moves the cursor.
func (r *cleanup) watch() {
	onTerminal := proc.IsTerminal(int(r.out.Fd()))
	r.brief = r.inGroups() || !r.verbose && onTerminal && len(r.plan.Steps) > manySteps
	if !r.json && (r.brief || !onTerminal) {
		r.progress = newProgress(r.err, len(r.plan.Steps))
	}
}

// step prints the result of a step.
func (r *cleanup) step(result clean.Result) {
	r.results = append(r.results, result)
	r.onRecord.write(result)
	done := result.Outcome == clean.Removed || result.Outcome == clean.Released
	if !r.json && !(done && r.brief) {
		r.printStep(result)
	}
	r.progress.update(len(r.results))
}

func (r *cleanup) printStep(result clean.Result) {
	if r.brief || result.Outcome == clean.Failed {
		r.progress.erase()
	}
	what := subject(result.Step.Name, result.Step.Namespace)
	switch result.Outcome {
	case clean.Failed:
		text := explanation{fact: result.Err.Error()}
		if errors.Is(result.Err, clean.ErrLocked) {
			text.remedy = "run this again when the lock is free"
		}
		r.note("%s: %s", what, text)
	case clean.Changed:
		r.print("skipped " + what + ": " + escape(result.Detail) + "\n")
	case clean.Gone:
		r.print("gone " + what + "\n")
	default:
		r.print(string(result.Outcome) + " " + what + reason(result.Step) + afterText(result.Step) + "\n")
	}
}

// printDone prints in groups what was removed and released, where printStep has not printed that
// and the plan was not shown.
func (r *cleanup) printDone() {
	if r.json || !r.brief || r.agreed {
		return
	}
	for _, g := range resultGroups(r.results) {
		r.print(g.text() + "\n")
	}
}
