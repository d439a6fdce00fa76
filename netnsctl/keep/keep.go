// Package keep reads what the administrator wants kept although it looks left over: the files
// /etc/netnsctl/keep.d/*.conf, with one glob a line.
//
//	vpn-*                    a name in the run directory, or an owner but for the command
//	/srv/netns               the path of a name or of a mount, or of a directory above it
//	dockerd-rootless/netns   such a path with anything before it
//	name:vpn-*               a name only
//	owner:openvpn            a runtime, systemd unit, container, pod or command
//	user:alice               an ordinary user to whom the namespace belongs
//
// A # at the beginning of a line or after white space begins a comment.
package keep

import (
	"path"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/glob"
)

// Rules are the lines of all files, in the order in which they are tried.
type Rules []Rule

// Rule is one line.
type Rule struct {
	// Place is the file and the number of the line, as in /etc/netnsctl/keep.d/vpn.conf:3.
	Place string

	field Field
	glob  string
	// begin is with what all begins that the glob matches: of thousands of rules, few are left to
	// compare.
	begin string
}

// Field is what a line is compared with.
type Field string

// The fields. Name, Owner and User are the beginnings of their lines.
const (
	Word  Field = ""
	Path  Field = "/"
	Name  Field = "name:"
	Owner Field = "owner:"
	User  Field = "user:"
)

// Subject is what is known of a namespace, of a name that leads to none, or of one of the owners.
type Subject struct {
	Names []string
	// Paths are those of the names and of the mounts.
	Paths []string
	// Owners are the parts of owners, but for the Command, which each process chooses. Each may be
	// empty.
	Owners  []string
	Command string
	// Users are the name and the number of a user.
	Users []string
}

// First is the index of the first rule that matches, len(r) if none does.
func (r Rules) First(s Subject) int {
	for i := range r {
		if r[i].matches(&s) {
			return i
		}
	}
	return len(r)
}

// Place is that of the rule with an index, empty for len(r).
func (r Rules) Place(i int) string {
	if i == len(r) {
		return ""
	}
	return r[i].Place
}

// Uses reports whether a rule needs a field of the subjects.
func (r Rules) Uses(f Field) bool {
	return slices.ContainsFunc(r, func(rule Rule) bool { return rule.field == f })
}

func (r *Rule) matches(s *Subject) bool {
	switch r.field {
	case Path:
		return slices.ContainsFunc(s.Paths, r.matchesPath)
	case Name:
		return slices.ContainsFunc(s.Names, r.matchesWord)
	case Owner:
		return slices.ContainsFunc(s.Owners, r.matchesWord) || r.matchesWord(s.Command)
	case User:
		return slices.ContainsFunc(s.Users, r.matchesWord)
	}
	return slices.ContainsFunc(s.Names, r.matchesWord) || slices.ContainsFunc(s.Owners, r.matchesWord)
}

func (r *Rule) matchesWord(word string) bool {
	return word != "" && strings.HasPrefix(word, r.begin) && glob.Match(r.glob, word)
}

// matchesPath reports whether a path, or with a glob that is not absolute the end of one, is or
// lies below what the glob matches.
func (r *Rule) matchesPath(file string) bool {
	if path.IsAbs(r.glob) {
		return strings.HasPrefix(file, r.begin) && glob.MatchPath(r.glob, file)
	}
	for rest := file; ; {
		i := strings.Index(rest, "/"+r.begin)
		if i < 0 {
			return false
		}
		if rest = rest[i+1:]; glob.MatchPath(r.glob, rest) {
			return true
		}
	}
}

// parse reads the text of a file.
func parse(file, text string) (rules Rules, problems []Problem) {
	number := 0
	for text := range strings.Lines(strings.TrimPrefix(text, byteOrderMark)) {
		number++
		text = withoutComment(text)
		if text == "" {
			continue
		}
		place := placeOf(file, number)
		if rule, why := parseLine(text); why != "" {
			problems = append(problems, Problem{place, why})
		} else {
			rule.Place, rule.begin = place, beginOf(rule.glob)
			rules = append(rules, rule)
		}
	}
	return rules, problems
}

// parseLine reads a line that is not empty. why says what is wrong with it.
func parseLine(text string) (r Rule, why string) {
	r.glob = text
	for _, f := range []Field{Name, Owner, User} {
		if rest, ok := strings.CutPrefix(text, string(f)); ok {
			r.field, r.glob = f, strings.Trim(rest, blanks)
		}
	}
	if r.field == Word && strings.Contains(text, "/") {
		r.field, r.glob = Path, path.Clean(text)
	}
	switch {
	case !glob.Valid(r.glob) || strings.ContainsRune(r.glob, 0):
		return r, "not a valid glob"
	case strings.HasPrefix(r.glob, "net:["):
		return r, "the kernel uses the number of a namespace again: give a name, a path, an owner or a user"
	// These are what other files of patterns have. As globs they would match nothing, and nobody
	// would say so.
	case strings.ContainsAny(r.glob, blanks+`"'{}`):
		return r, "one glob a line, without blanks, quotes and braces; for such a character write ?"
	case strings.HasPrefix(r.glob, "!"):
		return r, "no line can take back another one; for the character write \\!"
	case strings.Contains(strings.TrimSuffix(r.glob, "/**"), "**"):
		return r, "** is for the end of a path only, as in /srv/**"
	case r.field != Name && r.field != Owner && hasUnknownField(text):
		return r, "neither name: nor owner: nor user:; a colon in a name is for name: only"
	case r.glob == "/":
		return r, "for every path give /*"
	case r.field == Path && (strings.HasPrefix(text, "./") || strings.HasPrefix(text, "../")):
		return r, "not an absolute path"
	case r.field == Name && strings.Contains(r.glob, "/"):
		return r, "not a name"
	case r.field == User && (r.glob == "root" || r.glob == "0"):
		return r, "the user must be an ordinary one: all of the host may belong to root"
	}
	return r, ""
}

// hasUnknownField reports whether a text begins with letters and a colon.
func hasUnknownField(text string) bool {
	before, _, found := strings.Cut(text, ":")
	return found && !strings.HasPrefix(text, string(User)) && strings.Trim(strings.ToLower(before), "abcdefghijklmnopqrstuvwxyz") == ""
}

// beginOf is with what a path or a word begins that a glob matches. To [glob.MatchPath], /var/run is
// /run, too.
func beginOf(glob string) string {
	if i := strings.IndexAny(glob, `*?[\`); i >= 0 {
		glob = glob[:i]
	}
	if strings.HasPrefix(glob, "/var/run") {
		return "/"
	}
	return glob
}

const (
	blanks        = " \t\r\n"
	byteOrderMark = "\ufeff" // some editors begin a file so
)

func withoutComment(line string) string {
	for i, c := range line {
		if c == '#' && (i == 0 || strings.ContainsRune(blanks, rune(line[i-1]))) {
			line = line[:i]
			break
		}
	}
	return strings.Trim(line, blanks)
}
