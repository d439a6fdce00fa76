package term

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "web1": 4, "é": 1, "e\u0301": 1, "测试网络": 8, "ﾃｽﾄ": 3, "ＡＢ": 4, "한국": 4, "😀": 2, "…": 1, "─": 1, "\u20e3": 0,
	} {
		if got := Width(text); got != want {
			t.Errorf("%q takes %d cells, want %d", text, got, want)
		}
	}
}

func TestCutAndClip(t *testing.T) {
	for _, c := range []struct {
		text      string
		limit     int
		cut, clip string
	}{
		{"short", 5, "short", "short"},
		{"longer one", 5, "long…", "lo…ne"},
		{"测试网络", 8, "测试网络", "测试网络"},
		{"测试网络", 7, "测试网…", "测…网络"},
		{"测试网络", 6, "测试…", "测…络"},
		{"日本語です", 6, "日本…", "日…す"},
		{"abcdefgh", 5, "abcd…", "ab…gh"},
		{"测试", 1, "…", "…"},
		{"测试", 0, "", ""},
	} {
		if got := Cut(c.text, c.limit); got != c.cut {
			t.Errorf("Cut(%q, %d) is %q, want %q", c.text, c.limit, got, c.cut)
		}
		if got := Clip(c.text, c.limit); got != c.clip {
			t.Errorf("Clip(%q, %d) is %q, want %q", c.text, c.limit, got, c.clip)
		}
	}
}

func TestNatural(t *testing.T) {
	ordered := []string{"", "-", "01", "1", "2", "10", "A", "a", "ns", "ns01", "ns1", "ns1a", "ns2", "ns2-1", "ns2-10", "ns10", "ns99999999999999999999999", "测试"}
	shuffled := slices.Clone(ordered)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, Natural)
	if !slices.Equal(shuffled, ordered) {
		t.Errorf("got  %q\nwant %q", shuffled, ordered)
	}
	for _, a := range ordered {
		for _, b := range ordered {
			if Natural(a, b) != -Natural(b, a) || (Natural(a, b) == 0) != (a == b) {
				t.Errorf("%q and %q: %d, %d", a, b, Natural(a, b), Natural(b, a))
			}
		}
	}
}

func TestColours(t *testing.T) {
	for _, c := range []struct {
		when     When
		terminal bool
		noColour string
		want     bool
	}{
		{Auto, true, "", true},
		{"", true, "", true},
		{Auto, true, "1", false},
		{Auto, false, "", false},
		{Always, false, "1", true},
		{Never, true, "", false},
	} {
		if got := c.when.Colours(c.terminal, c.noColour); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// entry is a row of the tables of the tests.
type entry struct {
	name, state, owner string
	secs               int64 // 0 is unknown
}

func columns() []Column[entry] {
	return []Column[entry]{
		{
			Name: "NAME", Value: func(e entry) string { return e.name },
			Words: func(e entry) []string { return []string{strings.Trim(e.name, `"`)} },
		},
		{
			Name: "STATE", Value: func(e entry) string { return e.state },
			Colour: func(e entry) Colour { return map[string]Colour{"orphan": Red, "in-use": Green}[e.state] },
		},
		{Name: "OWNER", Value: func(e entry) string { return e.owner }},
		{
			Name: "AGE", Value: func(e entry) string { return strconv.FormatInt(e.secs, 10) + "s" },
			Number: func(e entry) (int64, bool) { return e.secs, e.secs != 0 },
			Parse:  func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) },
		},
	}
}

func TestChoose(t *testing.T) {
	for list, want := range map[string]string{
		"": "NAME STATE", "age,name": "AGE NAME", "+AGE": "NAME STATE AGE", "+age,owner": "NAME STATE AGE OWNER", "+AGE,+OWNER": "NAME STATE AGE OWNER",
		"all": "NAME STATE OWNER AGE", "ALL": "NAME STATE OWNER AGE", "AGE,all": "AGE NAME STATE OWNER", "+state": "NAME STATE", "+all": "NAME STATE OWNER AGE",
		"name,name": "NAME NAME", " NAME , AGE": "NAME AGE",
	} {
		chosen, err := Choose(columns(), list, "NAME,STATE")
		if got := strings.Join(Names(chosen), " "); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", list, got, err, want)
		}
	}
	for list, word := range map[string]string{"NAME,PINZ": "PINZ", "+x": "x", "NAME,": "", "+": "", "NAME,,AGE": ""} {
		_, err := Choose(columns(), list, "NAME,STATE")
		unknown, ok := errors.AsType[UnknownColumn](err)
		if !ok || unknown.Word != word || !slices.Equal(unknown.Known, []string{"NAME", "STATE", "OWNER", "AGE"}) {
			t.Errorf("%q: %#v", list, err)
		}
	}
}

func names(rows []entry) string {
	var all []string
	for _, e := range rows {
		all = append(all, e.name)
	}
	return strings.Join(all, " ")
}

func TestOrder(t *testing.T) {
	rows := []entry{{"ns10", "idle", "-", 5}, {"ns2", "orphan", "-", 0}, {"ns1", "idle", "-", 90}, {"B", "orphan", "-", 5}}
	for list, want := range map[string]string{
		"": "ns10 ns2 ns1 B", "name": "B ns1 ns2 ns10", "-NAME": "ns10 ns2 ns1 B", "age": "ns10 B ns1 ns2", "-AGE": "ns1 ns10 B ns2",
		"state,-age": "ns1 ns10 B ns2", "STATE,name": "ns1 ns10 B ns2", "-state,name": "B ns2 ns1 ns10",
	} {
		order, err := ParseOrder(columns(), list)
		got := slices.Clone(rows)
		order.Sort(got)
		if err != nil || names(got) != want {
			t.Errorf("%q: %s, %v; want %s", list, names(got), err, want)
		}
	}
	for _, list := range []string{"pinz", "name,", "--name"} {
		if _, err := ParseOrder(columns(), list); err == nil {
			t.Errorf("%q is taken", list)
		}
	}
	order, _ := ParseOrder(columns(), "name,-age")
	if !order.Uses("AGE") || order.Uses("STATE") {
		t.Error("which columns are used")
	}
}

func TestFilter(t *testing.T) {
	rows := []entry{
		{"cni-1", "orphan", "docker, container web", 10},
		{"cni-2", "idle", "-", 0},
		{"net:[4026532463]", "in-use", "podman", 3600},
		{`"a b"`, "stale", "/usr/bin/x", 86400},
	}
	for text, want := range map[string]string{
		"":                                `cni-1 cni-2 net:[4026532463] "a b"`,
		"state=orphan":                    "cni-1",
		"STATE=orphan,state=idle":         "cni-1 cni-2",
		"state=i*":                        "cni-2 net:[4026532463]",
		"state!=i*":                       `cni-1 "a b"`,
		"state!=idle,state!=stale":        "cni-1 net:[4026532463]",
		"name=cni-*,state=idle":           "cni-2",
		"owner=docker":                    "cni-1",
		"owner=web":                       "cni-1",
		"owner=docker, container web":     "", // the comma ends the condition: see below
		"owner=-":                         "cni-2",
		"owner!=-":                        `cni-1 net:[4026532463] "a b"`,
		"owner=/usr/*":                    `"a b"`,
		"owner=*x":                        `"a b"`,
		"name=a b":                        `"a b"`,
		"name=net:[4026532463]":           "net:[4026532463]",
		"name=net:[*":                     "net:[4026532463]",
		"name=cni-[13]":                   "cni-1",
		"name=cni-?":                      "cni-1 cni-2",
		"age>10":                          `net:[4026532463] "a b"`,
		"age>=10":                         `cni-1 net:[4026532463] "a b"`,
		"AGE<3600":                        "cni-1",
		"age<=3600, age > 10":             "net:[4026532463]",
		"age=10s":                         "cni-1",
		"state=orphan,owner=docker,age<1": "",
	} {
		filter, err := ParseFilter(columns(), text)
		if text == "owner=docker, container web" {
			if err == nil || err.Error() != `invalid filter "container web": expected COLUMN=GLOB, COLUMN!=GLOB, AGE>TIME or AGE<TIME` {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		if got := names(filter.Apply(rows)); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"x":        `invalid filter "x": expected COLUMN=GLOB, COLUMN!=GLOB, AGE>TIME or AGE<TIME`,
		"=x":       `invalid filter "=x": expected`,
		"state=":   `invalid filter "state=": expected`,
		"state!x":  `invalid filter "state!x": expected`,
		"a=b,":     "unknown column",
		"name=x,":  `invalid filter "": expected`,
		"pinz=x":   `unknown column "pinz"`,
		"name>3":   `invalid filter "name>3": > cannot be used with NAME`,
		"age>soon": `invalid filter "age>soon": `,
		"name=[a":  `invalid filter "name=[a": "[a" is not a valid pattern`,
	} {
		if _, err := ParseFilter(columns(), text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

// TestTableAligned checks that columns are aligned by the width of text on the screen.
func TestTableAligned(t *testing.T) {
	long := strings.Repeat("p", 2900)
	rows := []entry{{"web1", "in-use", "-", 1}, {"测试网络", "idle", "docker", 2}, {"é", "orphan", "-", 3}, {long, "idle", "x", 4}}
	want := "NAME      STATE   OWNER   AGE\n" +
		"web1      in-use  -       1s\n" +
		"测试网络  idle    docker  2s\n" +
		"é         orphan  -       3s\n" +
		long + "  idle    x       4s\n"
	if got := Table(columns(), rows, Style{Headings: true}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	coloured := Table(columns(), rows[:3], Style{Headings: true, Colours: true})
	for _, colour := range []string{"\x1b[31morphan\x1b[0m  -", "\x1b[32min-use\x1b[0m  -", "idle    docker"} {
		if !strings.Contains(coloured, colour) {
			t.Errorf("no %q in\n%q", colour, coloured)
		}
	}
}

// TestTableFits checks that no row is wider than the terminal, and that each row shows
// the beginning of its name.
func TestTableFits(t *testing.T) {
	var rows []entry
	for i, text := range []string{"a", "测试网络", "a name of some length that is", strings.Repeat("long", 20), strings.Repeat("网", 900)} {
		for _, owner := range []string{"-", "docker, container web", strings.Repeat("path/", 500)} {
			rows = append(rows, entry{text, "orphan", owner, int64(i + 1)})
		}
	}
	for width := 1; width <= 250; width++ {
		text := Table(columns(), rows, Style{Width: width, Headings: true})
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) != len(rows)+1 {
			t.Fatalf("%d lines for %d rows", len(lines), len(rows))
		}
		for i, line := range lines {
			if Width(line) > width || strings.TrimRight(line, " ") != line {
				t.Errorf("%d cells instead of %d: %q", Width(line), width, line)
			}
			if i > 0 && width >= 10 && !strings.HasPrefix(line, string([]rune(rows[i-1].name)[:1])) {
				t.Errorf("width %d: %q", width, line)
			}
		}
	}
}

// TestTableCut checks where rows are cut.
func TestTableCut(t *testing.T) {
	rows := []entry{{"web1", "orphan", "held by mount /run/docker/netns/1 in mnt:[1] of pid 1 (x)", 1}, {strings.Repeat("0123456789", 5), "idle", "-", 2}}
	for width, want := range map[int]string{
		200: "web1  orphan  held by mount /run/docker/netns/1 in mnt:[1] of pid 1 (x)  1s\n" +
			"01234567890123456789012345678901234567890123456789  idle    -  2s\n",
		40: "web1  orphan  held by mount /run/do…  1s\n",
		18: "web1  orphan  hel…\n",
		13: "web1  orphan…\n",
		5:  "web1…\n",
	} {
		if got := Table(columns(), rows, Style{Width: width}); !strings.HasPrefix(got, want) {
			t.Errorf("width %d:\n%s\nwant\n%s", width, got, want)
		}
	}
}

func ExampleTable() {
	rows := []entry{{"ns1", "orphan", "docker", 90}, {"ns2", "idle", "-", 5}}
	fmt.Print(Table(columns(), rows, Style{Headings: true}))
	// Output:
	// NAME  STATE   OWNER   AGE
	// ns1   orphan  docker  90s
	// ns2   idle    -       5s
}
