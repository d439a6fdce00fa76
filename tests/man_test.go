package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

const manPage = "../man/netnsctl.8"

// TestManRenders has groff find no fault with the man pages.
func TestManRenders(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		unable(t, err)
	}
	pages, err := filepath.Glob("../man/*.[1-8]")
	if err != nil || len(pages) < 2 {
		t.Fatal(err, pages)
	}
	for _, page := range pages {
		out, err := exec.Command(groff, "-man", "-Tutf8", "-ww", "-z", page).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("groff: %v\n%s", err, out)
		}
		text, _ := os.ReadFile(page)
		inside := false
		for line := range strings.Lines(string(text)) {
			if begins := line == ".EX\n"; begins && inside || line == ".EE\n" && !inside {
				t.Errorf("%s: an example within an example", page)
			} else if begins || line == ".EE\n" {
				inside = begins
			}
		}
	}
}

// TestManCommands looks for a heading for each command of the table, and for what is
// not in it.
func TestManCommands(t *testing.T) {
	var headings []string
	for _, m := range regexp.MustCompile(`(?m)^\.SS (.*)$`).FindAllStringSubmatch(readMan(t), -1) {
		headings = append(headings, strings.FieldsFunc(m[1], func(r rune) bool { return r == ' ' || r == ',' })...)
	}
	words := []string{"show", "lst", "-all", "auto", "nsid", "target-nsid"}
	for _, c := range readTable(t) {
		words = append(words, c.Name)
	}
	for _, word := range words {
		if !slices.Contains(headings, word) && !slices.Contains(headings, "["+word) {
			t.Errorf("no heading of the man page has %q", word)
		}
	}
}

// TestManExtensions looks for each flag and exit status of the table in the sections
// that the man page has of the command.
func TestManExtensions(t *testing.T) {
	_, page, _ := strings.Cut(readMan(t), "\n.SH COMMANDS\n")
	page, _, _ = strings.Cut(page, "\n.SH DIFFERENCES FROM IPROUTE2\n")
	for _, c := range readTable(t) {
		var sections string
		for section := range strings.SplitSeq(page, "\n.SS ") {
			heading, _, _ := strings.Cut(section, "\n")
			if name := strings.FieldsFunc(heading, func(r rune) bool { return r == ' ' || r == ',' })[0]; name == c.Name {
				sections += section
			}
		}
		if sections == "" {
			t.Errorf("the man page has no section of %s", c.Name)
			continue
		}
		for _, flag := range c.Options {
			if !regexp.MustCompile(`--` + flag.Name + `\b`).MatchString(sections) {
				t.Errorf("the man page lacks --%s of %s", flag.Name, c.Name)
			}
			if flag.Short != "" && !regexp.MustCompile(`[^-\w]-`+flag.Short+`\b`).MatchString(sections) {
				t.Errorf("the man page lacks -%s of %s", flag.Short, c.Name)
			}
		}
		ours, theirs := statuses("\n"+strings.Join(c.Statuses, "\n")+passedOn(c), "\n", "\n\n"), statuses(sections, "\nStatus:", "\n.")
		if (c.Extension || len(theirs) > 0) && !slices.Equal(ours, theirs) {
			t.Errorf("%s has the statuses %v, those of the man page are %v", c.Name, ours, theirs)
		}
	}
}

// passedOn is the status 0 of a command that ends as what it runs does.
func passedOn(c tableCommand) string {
	if strings.HasPrefix(c.Statuses[0], "that of ") {
		return "\n0"
	}
	return ""
}

// statuses gives the numbers in the parts of a text from a word to another, sorted
// and each once.
func statuses(text, from, to string) []string {
	var all []string
	for {
		_, after, found := strings.Cut(text, from)
		if !found {
			slices.Sort(all)
			return slices.Compact(all)
		}
		part, rest, _ := strings.Cut(after, to)
		all = append(all, regexp.MustCompile(`\b[0-9]+\b`).FindAllString(part, -1)...)
		text = rest
	}
}

// TestManOptions compares the options that the binary takes with those of the man
// page, which has each with its shortest form.
func TestManOptions(t *testing.T) {
	t.Parallel()
	_, section, _ := strings.Cut(readMan(t), "\n.SH OPTIONS\n")
	section, _, _ = strings.Cut(section, "\n.SH ")
	var documented []string
	for _, m := range regexp.MustCompile(`(?m)^\.BR? -([A-Za-z0-9-]+)`).FindAllStringSubmatch(section, -1) {
		documented = append(documented, m[1])
	}
	for _, m := range regexp.MustCompile(`\(" -([A-Za-z0-9]+)|\( -([a-z]+) \)|\\fP \(" -([a-z]+)`).FindAllStringSubmatch(section, -1) {
		documented = append(documented, m[1]+m[2]+m[3])
	}
	for _, word := range documented {
		if !takesOption(word) {
			t.Errorf("the man page has -%s, which the binary does not know", word)
		}
	}
	for _, word := range optionWords() {
		if !slices.Contains(documented, word) {
			t.Errorf("the binary takes -%s, which the man page does not have", word)
		}
	}
}

// optionWords grows words for as long as the binary takes them for options. It
// does not find an option that cannot be shortened (-echo).
func optionWords() (whole []string) {
	const first = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	words := continued("", first)
	for len(words) > 0 {
		var longer []string
		for _, word := range words {
			next := continued(word, first[:26]+"-")
			if len(next) == 0 {
				whole = append(whole, word)
			}
			longer = append(longer, next...)
		}
		words = longer
	}
	return whole
}

// continued gives the words that are word and one more character.
func continued(word, characters string) (longer []string) {
	taken := make([]bool, len(characters))
	var all sync.WaitGroup
	for i := range characters {
		all.Go(func() { taken[i] = takesOption(word + characters[i:i+1]) })
	}
	all.Wait()
	for i, ok := range taken {
		if ok {
			longer = append(longer, word+characters[i:i+1])
		}
	}
	return longer
}

// takesOption reports whether the binary knows an option. What an option may take
// as its value here, -Version, changes nothing.
func takesOption(word string) bool {
	out, _ := exec.Command(manBinary(), "-"+word, "-Version").CombinedOutput()
	after, unknown := strings.CutPrefix(string(out), "netnsctl: unknown option -"+word)
	if !unknown { // -ip is a flag after the command, and that is said of --ip
		after, unknown = strings.CutPrefix(string(out), "netnsctl: unknown option --"+word)
	}
	return !unknown || !strings.HasPrefix(after, ";") && !strings.HasPrefix(after, " (")
}

func manBinary() string { return filepath.Join(artefact, "bin", "netnsctl") }

// readMan gives the man page's source with plain dashes.
func readMan(t *testing.T) string {
	text, err := os.ReadFile(manPage)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), `\-`, "-")
}
