package draw

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden compares the text formats with files that a person has checked.
func TestGolden(t *testing.T) {
	plain := func(p *Picture) string { return Tree(p, ASCII(), false) }
	for name, format := range map[string]func(*Picture) string{
		"tree": plain,
		"dot":  Dot, "mmd": Mermaid,
	} {
		for _, picture := range []string{"two", "mixed", "edge", "router", "odd"} {
			file := filepath.Join("testdata", picture+"."+name)
			got := format(fixtures()[picture])
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s: %s", file, diff)
			}
		}
	}
}

// TestSVG: every picture is well-formed XML, shows every name, needs no other file
// and is the same each time.
func TestSVG(t *testing.T) {
	for name, p := range pictures() {
		svg := SVG(p)
		if SVG(p) != svg {
			t.Errorf("%s: differs when drawn twice", name)
		}
		var text strings.Builder
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, svg)
			}
			switch token := token.(type) {
			case xml.StartElement:
				switch token.Name.Local {
				case "script", "image", "foreignObject", "use", "a":
					t.Errorf("%s: has <%s>", name, token.Name.Local)
				}
				for _, a := range token.Attr {
					if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
						t.Errorf("%s: %s=%q", name, a.Name.Local, a.Value)
					}
				}
			case xml.CharData:
				text.Write(token)
				text.WriteByte('\n')
			}
		}
		if strings.Contains(svg, "url(") || strings.Contains(svg, "@import") || strings.Count(svg, "http") != 1 {
			t.Errorf("%s: needs something from elsewhere", name)
		}
		for _, b := range p.Boxes {
			words := []string{b.Title, b.More}
			for _, r := range b.all() {
				words = append(append(words, r.Name, r.Kind), r.facts()...)
			}
			for _, word := range words {
				if !strings.Contains(text.String(), word+"\n") {
					t.Errorf("%s: lacks %q", name, word)
				}
			}
		}
	}
}

// TestLegend: the legend shows each kind of line that occurs once, and calls a pair
// by the kind of its devices.
func TestLegend(t *testing.T) {
	for name, want := range map[string][]string{
		"two": {"veth pair"}, "edge": {"veth pair", "netkit pair"}, "mixed": {"veth pair", "stacked on", "tunnel"}, "empty": nil,
	} {
		var got []string
		for _, m := range regexp.MustCompile(`<path class="wire \w+" d="M[\d. ]+h28"/><text [^>]*>([^<]*)</text>`).FindAllStringSubmatch(SVG(fixtures()[name]), -1) {
			got = append(got, m[1])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestDot: every line is one that graphviz reads, and graphviz, if it is installed,
// reads every picture.
func TestDot(t *testing.T) {
	dot, err := exec.LookPath("dot")
	if err != nil {
		t.Log("checked by shape only:", err)
	}
	line := regexp.MustCompile(`^\t*((graph|node) \[.*\];|subgraph cluster_\w+ \{|\}|graph netns \{|[a-z]+=.*;` +
		`|[dem]\d+ \[(label="([^"\\]|\\.)*"|[a-z]+=(\w+|"[\w,]*")|, )+\];|d\d+ -- d\d+ \[.*\];)$`)
	for name, p := range fixtures() {
		text := Dot(p)
		for l := range strings.Lines(text) {
			if !line.MatchString(strings.TrimSuffix(l, "\n")) {
				t.Errorf("%s: %s", name, l)
			}
		}
		if dot == "" {
			continue
		}
		cmd := exec.Command(dot, "-Tcanon")
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "Warning") || strings.Contains(string(out), "Error") {
			t.Errorf("%s: %v\n%s\n%s", name, err, out, text)
		}
	}
}

// TestMermaid: the grammar of flowcharts knows every line, and no label has a
// character with a meaning in it.
func TestMermaid(t *testing.T) {
	const label = `"(?:[^"#&<>` + "`" + `\\*_~;{}|$%]|#\d+;|<br/>)*"`
	line := regexp.MustCompile(`^ *(flowchart LR|end|subgraph [np]\d+\[` + label + `\]|[dem]\d+\[` + label + `\](:::\w+)?` +
		`|d\d+ (---|-\.->|-\.-) d\d+|classDef [a-z]+ [\w:,.-]+( \d[\w:,.-]*)?|style n\d+ stroke-width:3px|%% [^{}]*)$`)
	for name, p := range pictures() {
		for l := range strings.Lines(Mermaid(p)) {
			if !line.MatchString(strings.TrimSuffix(l, "\n")) {
				t.Errorf("%s: %s", name, l)
			}
		}
	}
}
