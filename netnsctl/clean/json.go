package clean

import (
	"encoding/json"
	"errors"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// Report is what a clean-up prints as JSON.
type Report struct {
	// DryRun says that nothing was done. The steps then have no outcome.
	DryRun  bool      `json:"dry_run"`
	Steps   []Result  `json:"steps"`
	Skipped []Skipped `json:"spared"`
	// Missing are the targets that stand for nothing.
	Missing []string `json:"missing"`
	// Interrupted says that the clean-up ended early, and NotDone how many steps of the plan it
	// had not begun.
	Interrupted bool `json:"interrupted,omitempty"`
	NotDone     int  `json:"not_done,omitempty"`
	// Left are the released namespaces that are not proven to be gone at the end of the wait, and
	// Remaining why.
	Left      []netnsctl.ID `json:"left"`
	Remaining []Remaining   `json:"remaining,omitempty"`
}

// Remaining is a released namespace that is not proven to be gone.
type Remaining struct {
	ID    netnsctl.ID    `json:"id"`
	Stage netnsctl.Stage `json:"stage"`
	// Pins are those that a scan at the end of the wait has found.
	Pins []discover.Pin `json:"pins,omitempty"`
}

// MarshalJSON encodes r, see package textjson.
func (r Report) MarshalJSON() ([]byte, error)     { return textjson.Marshal(r) }
func (r *Report) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, r) }

// MarshalJSON encodes r: the members of the step, its reason, then the outcome. The text of an error
// takes the place of the detail.
func (r Result) MarshalJSON() ([]byte, error) {
	if r.Err != nil {
		r.Detail = r.Err.Error()
	}
	type reason struct {
		Reason string `json:"reason,omitempty"`
	}
	type rest Result
	return textjson.Join(r.Step, reason{r.Step.Reason()}, rest(r))
}

// UnmarshalJSON decodes r. Err stays nil.
func (r *Result) UnmarshalJSON(data []byte) error {
	return errors.Join(json.Unmarshal(data, &r.Step), textjson.Unmarshal(data, r))
}

// MarshalJSON encodes s.
func (s Skipped) MarshalJSON() ([]byte, error)     { return textjson.Marshal(s) }
func (s *Skipped) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, s) }
