package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// planText is the plan for people: one line for each entry or, grouped, for each reason.
func (r *cleanup) planText() string {
	var b strings.Builder
	if r.inGroups() {
		for _, g := range stepGroups(r.plan.Steps, "") {
			b.WriteString("would " + g.text() + "\n")
		}
	} else {
		for _, step := range r.plan.Steps {
			b.WriteString("would " + string(step.Action) + " " + subject(step.Name, step.Namespace) + reason(step) + afterText(step) + "\n")
		}
	}
	b.WriteString(r.skippedLines("would skip "))
	if b.Len() == 0 && len(r.plan.Missing) == 0 {
		b.WriteString(r.nothingText())
	}
	return b.String() + r.leftOutText()
}

// nothingText is the whole plan of prune where there is nothing to do; empty for delete.
func (r *cleanup) nothingText() string {
	switch {
	case !r.grouped:
		return ""
	case len(r.Match) > 0:
		return "nothing to clean up matches " + quoteAll(r.Match, " or ") + "\n"
	}
	return "nothing to clean up\n"
}

// leftOutText says how many idle names prune does not consider.
func (r *cleanup) leftOutText() string {
	switch n := r.plan.IdleNames; {
	case !r.grouped || n == 0:
		return ""
	case n == 1:
		return "1 idle name was not considered; to include it: --idle\n"
	default:
		return strconv.Itoa(n) + " idle names were not considered; to include them: --idle\n"
	}
}

// skippedLines is what the plan skips: one line for each entry or, where they are many, for each
// kind of reason.
func (r *cleanup) skippedLines(word string) string {
	var b strings.Builder
	for _, all := range bySkipKind(r.plan.Skipped) {
		if r.inGroups() && len(all) > fewAlike().members {
			b.WriteString(word + skippedGroup(all) + "\n")
			continue
		}
		for _, s := range all {
			b.WriteString(word + subject(s.Name, s.Namespace) + ": " + escape(skippedText(s, r.command)) + "\n")
		}
	}
	return b.String()
}

// printMissing prints the targets that stand for nothing.
func (r *cleanup) printMissing() {
	for _, target := range r.plan.Missing {
		r.note("%s", r.missingText(target))
	}
}

// skippedText says why an entry is skipped, and with which command it is not.
func skippedText(s clean.Skipped, command string) string {
	return explanation{skippedReason(s), skippedRemedy(s, command)}.String()
}

func skippedReason(s clean.Skipped) string {
	if s.Gap == nil {
		return s.Why
	}
	return s.Why + ": " + gapText(*s.Gap)
}

// skippedRemedy is what has to come first, and the command that removes or releases the thing
// anyway; empty if there is nothing.
func skippedRemedy(s clean.Skipped, command string) string {
	var words []string
	switch {
	case s.Cover != "":
		words = append(words, "to uncover it: "+shellCommand("umount", s.Cover))
	case s.Unmount != "":
		words = append(words, "to unmount that: "+shellCommand("umount", s.Unmount))
	}
	switch {
	case s.WantedBy != "":
		words = append(words, "to allow it, remove that line")
	case s.IfNamed && s.Name != nil:
		words = append(words, "to remove it anyway: "+shellCommand(command, s.Name.Name))
	case s.IfNamed:
		words = append(words, "to release it anyway: "+shellCommand(command, s.Namespace.String()))
	case s.Other != "":
		words = append(words, "to release that first: "+shellCommand(command, s.Other))
	case s.Gap != nil && s.Gap.RefusedToAll:
		words = append(words, copyAdvice)
	case s.Holder != nil && s.Holder.PID == 1:
		// The machine ends with process 1, which may keep it for a service (FileDescriptorStore= of
		// systemd.service(5)).
	case s.Holder != nil && s.Gap != nil && s.Gap.MorePIDs > 0:
		words = append(words, "end these processes first")
	case s.Holder != nil:
		words = append(words, "end that process first")
	}
	return strings.Join(words, "; ")
}

// afterText says what a step leaves, deletes and uncovers elsewhere, in words for the plan and
// for the result.
func afterText(step clean.Step) (text string) {
	if len(step.Left) > 0 {
		text = "; it is still held by " + escape(step.Left[0].String())
	}
	if others := len(step.Left) - 1; others > 0 {
		text += fmt.Sprintf(" and %d more", others)
	}
	if len(step.AlsoDeleted) > 0 {
		text += "; " + escape(farEndsText(step.AlsoDeleted, "it"))
	}
	for _, u := range step.Uncovers {
		what := escape(u.Path)
		if step.Name != nil {
			what = quote(step.Name.Name)
		}
		if u.MountNamespace != 0 {
			what += fmt.Sprintf(" in mnt:[%d]", u.MountNamespace)
		}
		text += "; " + what + " then leads to " + u.ID.String() + ", which was covered"
	}
	return text
}

// farEndsText says which devices go with a namespace or with several (it), in words for the plan and
// for the result.
func farEndsText(ends []discover.FarEnd, it string) string {
	var words []string
	for _, e := range ends[:min(len(ends), fewKeepers)] {
		words = append(words, e.String())
	}
	if more := len(ends) - len(words); more > 0 {
		words = append(words, strconv.Itoa(more)+" more")
	}
	if len(words) == 1 {
		return words[0] + " is deleted with " + it
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last] + " are deleted with " + it
}

// subject is the name or the ID of a step or a skipped entry.
func subject(n *discover.Name, ns *discover.Namespace) string {
	if n != nil {
		return quote(n.Name)
	}
	return ns.String()
}

// reason is the reason of a step.
func reason(step clean.Step) string {
	if step.Action == clean.Remove {
		if step.Name.Cause == "" && step.Namespace.Evidence == nil {
			return " (" + string(step.Name.Verdict) + ")"
		}
		return " (" + escape(step.Reason()) + ")"
	}
	var mounts []string
	more := 0
	for _, pin := range step.Namespace.Pins {
		if pin.Kind != discover.MountPin {
			continue
		}
		if len(mounts) < maxMounts {
			mounts = append(mounts, escape(pin.String()))
		} else {
			more++
		}
	}
	if more > 0 {
		mounts = append(mounts, "and "+plural(more, "more mount", "more mounts"))
	}
	return " (" + strings.Join(mounts, "; ") + ")"
}

// maxMounts is how many mounts of a namespace are told: a user may have thousands.
const maxMounts = 10
