package compat

import "strings"

// usage has $netns for the program and $all for the program with -all before
// the object.
const usage = `Usage:	$netns list
	$netns add NAME
	$netns attach NAME PID
	$netns set NAME NETNSID
	$all delete [NAME]
	$netns identify [PID]
	$netns pids NAME
	$all exec [NAME] cmd ...
	$netns monitor
	$netns list-id [target-nsid POSITIVE-INT] [nsid POSITIVE-INT]
NETNSID := auto | POSITIVE-INT`

// help is a failure for `ip`, and its text an error message.
func (s *session) help([]string) error {
	netns, all := "ip netns", "ip [-all] netns"
	if s.program.Face == FaceNetnsctl {
		netns, all = "netnsctl", "netnsctl [-all]"
	}
	return wrongWords("%s", strings.NewReplacer("$netns", netns, "$all", all).Replace(usage))
}

// showHelp is the option -help: netnsctl's own help, which is no failure.
func (s *session) showHelp(string) error {
	if s.program.Face != FaceNetnsctl || s.program.Help == "" {
		return s.help(nil)
	}
	s.out.WriteString(s.program.Help)
	return ended{}
}

// showVersion is the option -Version. Scripts look for iproute2's version in it.
func (s *session) showVersion(string) error {
	s.out.WriteString("ip utility, iproute2-7.3.0+netnsctl-" + s.program.Version + "\n")
	return ended{}
}
