package sys

import "testing"

func TestSentFDs(t *testing.T) {
	for _, test := range []struct {
		fdinfo string
		want   int
	}{
		{fdinfo: "pos:\t0\nflags:\t02\nmnt_id:\t10\nino:\t5\nscm_fds: 3\n", want: 3},
		{fdinfo: "scm_fds: 0\n"},
		{fdinfo: "scm_fds: x\n"},
		{fdinfo: "pos:\t0\n"}, // before Linux 5.11
		{fdinfo: ""},
	} {
		if got := SentFDs([]byte(test.fdinfo)); got != test.want {
			t.Errorf("%q: %d", test.fdinfo, got)
		}
	}
}
