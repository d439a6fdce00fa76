package compat

// usage is what iproute2 prints for help, byte for byte.
const usage = `Usage:	ip netns list
	ip netns add NAME
	ip netns attach NAME PID
	ip netns set NAME NETNSID
	ip [-all] netns delete [NAME]
	ip netns identify [PID]
	ip netns pids NAME
	ip [-all] netns exec [NAME] cmd ...
	ip netns monitor
	ip netns list-id [target-nsid POSITIVE-INT] [nsid POSITIVE-INT]
NETNSID := auto | POSITIVE-INT`

// help is a failure for `ip`, and its text an error message.
func (s *session) help([]string) error { return wrongWords("%s", usage) }

// showHelp is the option -help: netnsctl's own help, which is no failure.
func (s *session) showHelp(string) error {
	if s.program.Face != FaceNetnsctl || s.program.Help == nil {
		return s.help(nil)
	}
	s.out.WriteString(s.program.Help())
	return ended{}
}

// showVersion is the option -Version. Scripts look for iproute2's version in it.
func (s *session) showVersion(string) error {
	s.out.WriteString("ip utility, iproute2-" + Follows + ".0+netnsctl-" + s.program.Version + "\n")
	return ended{}
}

// Follows is the newest version of iproute2 whose behaviour is followed.
const Follows = "7.3"
