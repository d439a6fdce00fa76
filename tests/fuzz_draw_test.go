package tests

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// draw is one random call in one random world.
type draw struct {
	world world
	argv  []string // the words after ip; pidWord stands for a process id
	batch []string // lines of the file "batch"
	// mixed says that the batch has lines for other objects, which only the
	// face ip knows.
	mixed bool
	// user says that an ordinary user calls.
	user bool
}

// pidWord stands for the id of a process that the world has, or 1.
const pidWord = "{PID}"

func (d draw) String() string {
	text := d.world.String() + "\n"
	if d.user {
		text += "asuser "
	}
	text += "ip " + quoteWords(d.argv)
	if d.batch != nil {
		text += "\nbatch:\n" + fmt.Sprintf("%q", strings.Join(d.batch, ""))
	}
	return text
}

// drawer draws. All that it does follows from its seed.
type drawer struct{ *rand.Rand }

func newDrawer(seed uint64) drawer { return drawer{rand.New(rand.NewPCG(seed, 0))} }

func (r drawer) one(of []string) string  { return of[r.IntN(len(of))] }
func (r drawer) chance(percent int) bool { return r.IntN(100) < percent }
func (r drawer) words(of string) string  { return r.one(strings.Fields(of)) }
func (r drawer) number(of ...int) int    { return of[r.IntN(len(of))] }

func (r drawer) draw() draw {
	d := draw{world: r.world(), user: r.chance(10) && isRoot()}
	if r.chance(25) {
		d.mixed = r.chance(30)
		for range 1 + r.IntN(5) {
			d.batch = append(d.batch, r.line(d.world, d.mixed)+"\n")
		}
		if r.chance(15) {
			d.batch = slices.Insert(d.batch, r.IntN(len(d.batch)), r.adds()...)
		}
		if last := &d.batch[len(d.batch)-1]; r.chance(10) {
			*last = strings.TrimSuffix(*last, "\n")
		}
		d.argv = append(d.options(r), "-b", "batch")
		if r.chance(10) {
			d.argv = append(d.argv, d.options(r)...)
		}
		return d
	}
	d.argv = slices.Concat(d.options(r), []string{r.words("netns netns netns netns net netn")}, r.command(d.world))
	return d
}

// names are few, so that calls meet what is there.
var names = []string{"a", "b", "c", "d", "with space", "-x", "\xff\xfe", "new\nline", "q\"\\", ".h"}

func (r drawer) world() world {
	w := world{dir: r.one(runDirs)}
	if w.dir == "missing" || w.dir == "file" || w.dir == "dangling" {
		return w
	}
	if r.chance(6) {
		w.many = r.number(12, 17, 40, 260)
	}
	taken := map[int]bool{-1: true}
	for _, name := range names[:r.IntN(5)] {
		if r.chance(15) {
			name = names[5+r.IntN(5)]
		}
		if slices.ContainsFunc(w.entries, func(e thing) bool { return e.name == name }) {
			continue
		}
		e := thing{name: name, kind: r.one(thingKinds), nsid: -1}
		switch e.kind {
		case "netns", "stacked":
			if id := r.number(-1, -1, 0, 1, 5, 2147483647); !taken[id] {
				taken[id], e.nsid = true, id
			}
			e.proc = r.chance(15)
		case "alias", "link":
			of := slices.IndexFunc(w.entries, func(e thing) bool { return e.kind == "netns" })
			if of < 0 {
				e.kind = "netns"
			} else {
				e.of = w.entries[of].name
			}
		}
		if r.chance(8) {
			e.etc = r.words("hosts resolv.conf nosuch .hidden")
		}
		w.entries = append(w.entries, e)
	}
	return w
}

// name is mostly one that is there.
func (r drawer) name(w world) string {
	switch {
	case len(w.entries) > 0 && r.chance(60):
		return w.entries[r.IntN(len(w.entries))].name
	case r.chance(15):
		return r.one([]string{"", ".", "..", "a/b", "/a", strings.Repeat("n", 255), strings.Repeat("n", 256), "a/"})
	}
	return r.one(names)
}

func (d draw) options(r drawer) (words []string) {
	for r.chance(40) {
		switch r.IntN(12) {
		case 0, 1, 2:
			words = append(words, r.words("-j -json --j -js"))
		case 3:
			words = append(words, r.words("-p -pretty --pr"))
		case 4, 5:
			words = append(words, r.words("-a -all --all -al"))
		case 6:
			words = append(words, "-n", r.name(d.world))
		case 7:
			words = append(words, r.words("-force -fo -o -d -s -r -h -iec -t -ts -br -N -4 -6 -0 -M -B -echo -c -c=auto -col=never -human-readable"))
		case 8:
			words = append(words, r.words("-l -loops -rc -rcvbuf -f -family -"), r.words("1 0x10 x inet inet6 link mpls INET -1 ''"))
		case 9:
			if r.chance(20) {
				words = append(words, r.words("-x -jp -e --- -ec -1 -ü -c=x -json=1"))
			}
		case 10:
			words = append(words, "-force")
		}
	}
	return words
}

// command draws the words after the object.
func (r drawer) command(w world) (words []string) {
	if r.chance(5) {
		return nil
	}
	word := r.words(`list list list ls s show l list-id list-id list-id list- add add add ad a attach attach at
		set set set se delete delete del del d identify identify i pids pids p exec exec exec e help h LIST foo -- -j ''`)
	words = []string{strings.Trim(word, "'")}
	switch word[0] {
	case 'd':
		words = append(words, r.name(w))
	case 'i':
		if r.chance(70) {
			words = append(words, r.words(pidWord+" "+pidWord+" 1 0 01 99999 x -1 self"))
		}
	case 'p':
		words = append(words, r.name(w))
	case 'e':
		words = append(words, r.name(w))
		words = append(words, r.program()...)
	case 's':
		if strings.HasPrefix(word, "se") {
			words = append(words, r.name(w))
			words = append(words, r.nsid())
		}
	case 'l':
		if strings.HasPrefix(word, "list-") {
			for r.chance(40) {
				words = append(words, r.words("nsid nsid target-nsid nsi x"), r.nsid())
			}
		}
	case 'a':
		words = append(words, r.name(w))
		if strings.HasPrefix(word, "at") {
			words = append(words, r.words(pidWord+" "+pidWord+" 1 0 -1 0x1 +1 1x 99999"))
		}
	}
	if r.chance(10) {
		words = words[:r.IntN(len(words)+1)]
	}
	for r.chance(8) {
		words = append(words, r.words("x .. -j nsid"))
	}
	return words
}

func (r drawer) nsid() string {
	return r.words("0 1 1 5 5 7 auto 010 0x10 +3 -1 -0 x 2147483647 2147483648 5x 1_0 0b1x 0x 99999999999999999999")
}

func (r drawer) program() []string {
	return [][]string{
		{"true"},
		{"false"},
		{"echo", "x", "-j"},
		{"sh", "-c", "exit 3"},
		{"sh", "-c", "kill -TERM $$"},
		{"nosuchprogram"},
		{"/etc"},
		{"cat", "/etc/hosts"},
		{"ls", "/sys/class/net"},
		{"sh", "-c", "echo err >&2"},
		{"pwd"},
		{"cat", "/nonexistent"},
		{"cat", "/etc/resolv.conf"},
		{"ls", "/proc/self/fd"},
		{"grep", "-E", "^(Sig[BICP]|Shd|Cap|NoNew|Groups)", "/proc/self/status"},
		{},
	}[r.IntN(16)]
}

// adds are lines that make several names: the program may work ahead.
func (r drawer) adds() (lines []string) {
	for i := range 2 + r.IntN(12) {
		lines = append(lines, fmt.Sprintf("netns add n%d\n", i))
		if r.chance(10) {
			lines = append(lines, fmt.Sprintf("netns %s n%d %s\n", r.words("del exec set"), r.IntN(i+1), r.words("ls 5 auto true")))
		}
	}
	return lines
}

// line draws a line of a batch file, without its newline.
func (r drawer) line(w world, mixed bool) string {
	if mixed && r.chance(40) {
		return r.one([]string{
			"link show lo", "link show nosuch", "addr add 192.0.2.1/24 dev lo", "addr show dev lo", "nosuch object",
			"link add d0 type dummy", "link set lo up", "-j link show", "link foo", "route show table all # all", "rule show",
			"link show \\\n lo", "addr show dev lo \\\n # c",
		})
	}
	switch r.IntN(14) {
	case 0:
		return r.one([]string{"", "# comment", "   \t", "\r"})
	case 1:
		return r.one([]string{"netns add \"open", "netns list \\", "netns list\x00x", "netns add 'p q' # c", "netns add a#b"})
	}
	var text strings.Builder
	text.WriteString(r.one([]string{"", "", "", " ", "\t"}) + "netns")
	for _, word := range r.command(w) {
		text.WriteString(r.one([]string{" ", " ", " ", "\t", "  ", " \\\n"}))
		if strings.ContainsAny(word, " \t\r\n'\"#\\$") || word == "" || r.chance(5) {
			word = `"` + strings.NewReplacer(`"`, "", "\n", "").Replace(word) + `"`
		}
		text.WriteString(word)
	}
	text.WriteString(r.one([]string{"", "", "", "", "\r", " # c", " "}))
	return text.String()
}
