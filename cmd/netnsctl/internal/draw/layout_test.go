package draw

import (
	"encoding/xml"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
)

// drawing is what an SVG shows, in the coordinates of the whole picture.
type drawing struct {
	page  rect
	boxes []rect
	texts []label
	lines [][]point // points along each line, at most 3 pixels apart
}

type rect struct{ left, top, right, bottom float64 }

func (r rect) overlaps(s rect) bool {
	return r.left < s.right && s.left < r.right && r.top < s.bottom && s.top < r.bottom
}

func (r rect) contains(s rect) bool {
	return r.left <= s.left && s.right <= r.right && r.top <= s.top && s.bottom <= r.bottom
}

type label struct {
	rect
	text string
}

// view reads the SVG of a picture.
func view(t *testing.T, p *Picture) (d drawing) {
	t.Helper()
	var root struct {
		W      float64 `xml:"width,attr"`
		H      float64 `xml:"height,attr"`
		Blocks []struct {
			Transform string `xml:"transform,attr"`
			Inner     string `xml:",innerxml"`
		} `xml:"g"`
		Inner string `xml:",innerxml"`
	}
	if err := xml.Unmarshal([]byte(SVG(p)), &root); err != nil {
		t.Fatal(err)
	}
	d.page = rect{0, 0, root.W, root.H}
	for _, b := range root.Blocks {
		at := numbers(b.Transform)
		d.read(b.Inner, point{at[0], at[1]})
	}
	// The legend and the notes follow the blocks.
	d.read(root.Inner[strings.LastIndex(root.Inner, "</g>\n")+1:], point{})
	return d
}

func (d *drawing) read(svg string, at point) {
	for _, m := range regexp.MustCompile(`<rect class="box" ([^>]*)>`).FindAllStringSubmatch(svg, -1) {
		n := numbers(m[1])
		d.boxes = append(d.boxes, rect{at.x + n[0], at.y + n[1], at.x + n[0] + n[2], at.y + n[1] + n[3]})
	}
	for _, m := range regexp.MustCompile(`<text ([^>]*)>(?:<title>[^<]*</title>)?([^<]*)<`).FindAllStringSubmatch(svg, -1) {
		n, text := numbers(m[1]), unescape(m[2])
		x, y := at.x+n[0], at.y+n[1]
		d.texts = append(d.texts, label{rect{x, y - 0.75*fontSize, x + float64(term.Width(text))*cellWidth, y + 0.25*fontSize}, text})
	}
	for _, m := range regexp.MustCompile(`<path class="wire [^"]*" d="(M[^h"]*)"`).FindAllStringSubmatch(svg, -1) {
		n := numbers(m[1])
		var control, line []point
		for i := 0; i < len(n); i += 2 {
			control = append(control, point{at.x + n[i], at.y + n[i+1]})
		}
		for i := 0; i < len(control); i += 4 {
			if i > 0 {
				line = append(line, cubic([]point{control[i-1], control[i-1], control[i], control[i]})...)
			}
			line = append(line, cubic(control[i:i+4])...)
		}
		d.lines = append(d.lines, line)
	}
}

func numbers(text string) (all []float64) {
	for _, m := range regexp.MustCompile(`-?\d+(\.\d+)?`).FindAllString(text, -1) {
		n, _ := strconv.ParseFloat(m, 64)
		all = append(all, n)
	}
	return all
}

func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(text)
}

// cubic gives points along a cubic Bézier curve.
func cubic(p []point) (all []point) {
	length := distance(p[0], p[1]) + distance(p[1], p[2]) + distance(p[2], p[3])
	steps := math.Ceil(length) + 1
	for i := 0.0; i <= steps; i++ {
		t := i / steps
		a, b, c, d := (1-t)*(1-t)*(1-t), 3*t*(1-t)*(1-t), 3*t*t*(1-t), t*t*t
		all = append(all, point{a*p[0].x + b*p[1].x + c*p[2].x + d*p[3].x, a*p[0].y + b*p[1].y + c*p[2].y + d*p[3].y})
	}
	return all
}

func distance(a, b point) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }

// TestNothingOverlaps: boxes lie beside each other on the page, each text lies in
// one of them or outside of all, and no text lies on another.
func TestNothingOverlaps(t *testing.T) {
	for name, p := range pictures() {
		d := view(t, p)
		if len(d.boxes) != len(p.Boxes) {
			t.Errorf("%s: %d of %d boxes are drawn", name, len(d.boxes), len(p.Boxes))
		}
		for i, b := range d.boxes {
			if slices.ContainsFunc(d.boxes[:i], b.overlaps) || !d.page.contains(b) {
				t.Errorf("%s: box %v lies on another or leaves the page", name, b)
			}
			for _, text := range d.texts {
				if text.overlaps(b) && !b.contains(text.rect) {
					t.Errorf("%s: %q does not fit into its box", name, text.text)
				}
			}
		}
		for i, text := range d.texts {
			if slices.ContainsFunc(d.texts[:i], func(l label) bool { return text.overlaps(l.rect) }) || !d.page.contains(text.rect) {
				t.Errorf("%s: %q lies on another text or leaves the page", name, text.text)
			}
		}
	}
}

// TestLinesKeepOut: no line runs through a box or leaves the page.
func TestLinesKeepOut(t *testing.T) {
	for name, p := range pictures() {
		d := view(t, p)
		for _, line := range d.lines {
			for _, b := range d.boxes {
				inner := rect{b.left + 1, b.top + 1, b.right - 1, b.bottom - 1}
				if slices.ContainsFunc(line, func(q point) bool { return inner.contains(rect{q.x, q.y, q.x, q.y}) }) {
					t.Errorf("%s: a line from %v runs through the box %v", name, line[0], b)
				}
			}
			if slices.ContainsFunc(line, func(q point) bool { return !d.page.contains(rect{q.x, q.y, q.x, q.y}) }) {
				t.Errorf("%s: a line from %v leaves the page", name, line[0])
			}
		}
	}
}

// TestLinesMeetTheirDevices: every line begins and ends at the side of the box and
// at the height of the name of its device.
func TestLinesMeetTheirDevices(t *testing.T) {
	for name, p := range pictures() {
		if name == "odd" { // has texts that are cut
			continue
		}
		home := p.homes()
		var want, got []string
		for _, l := range p.Lines {
			want = append(want, ends(home[l.From].Title+" "+l.From.Name, home[l.To].Title+" "+l.To.Name))
		}
		d := view(t, p)
		for _, line := range d.lines {
			got = append(got, ends(d.device(line[0]), d.device(line[len(line)-1])))
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func ends(a, b string) string { return min(a, b) + " - " + max(a, b) }

// device gives the title and the name of the device at whose row the side of a
// box is at p.
func (d drawing) device(p point) string {
	for _, b := range d.boxes {
		if b.top > p.y || p.y > b.bottom || math.Abs(b.left-p.x) > 0.1 && math.Abs(b.right-p.x) > 0.1 {
			continue
		}
		var texts []string
		for _, text := range d.texts {
			if b.contains(text.rect) && (len(texts) == 0 || len(texts) == 1 && text.top < p.y && p.y < text.bottom) {
				texts = append(texts, text.text)
			}
		}
		return strings.Join(texts, " ")
	}
	return "nothing"
}

// TestLinesAreToldApart: no lines cross or touch where a person would draw none
// that do. Lines of one device may.
func TestLinesAreToldApart(t *testing.T) {
	for _, name := range []string{"two", "star3", "star10", "star40", "router", "mixed", "edge", "chain10"} {
		d := view(t, fixtures()[name])
		for i, a := range d.lines {
			for _, b := range d.lines[:i] {
				if !share(a, b) && near(a, b, 4) {
					t.Errorf("%s: the lines from %v and %v touch", name, a[0], b[0])
				}
			}
		}
	}
}

// share reports whether two lines have an end in common.
func share(a, b []point) bool {
	for _, p := range []point{a[0], a[len(a)-1]} {
		for _, q := range []point{b[0], b[len(b)-1]} {
			if math.Abs(p.y-q.y) < 1 && math.Abs(p.x-q.x) < 1 {
				return true
			}
		}
	}
	return false
}

func near(a, b []point, limit float64) bool {
	for _, p := range a {
		if slices.ContainsFunc(b, func(q point) bool { return distance(p, q) < limit }) {
			return true
		}
	}
	return false
}
