package draw

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
)

const (
	margin   = 16
	blockGap = 36
	pinSize  = 4
)

// The colours; the second of each pair is for viewers that prefer a dark page.
// Viewers that read no media queries show the first.
const style = `
.page{fill:#fff}
.box{fill:#f7f8fa;stroke:#8a93a0}
.own .box{fill:#fff8e6;stroke:#b58a2a;stroke-width:2}
.frame{fill:#e6eef8;stroke:#9db4d0}
.title{font-weight:bold}
text{font:12px "DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#1d232b;white-space:pre}
text .dim,text.dim{fill:#5d6673}
text .bad,text.bad{fill:#a8430b}
.down{opacity:.75}
.halo{fill:none;stroke:#fff;stroke-width:6}
.wire{fill:none;stroke-width:1.6}
.pair{stroke:#2463b4}
.over{stroke:#6d7784;stroke-dasharray:5 3}
.tunnel{stroke:#9a3fa0;stroke-width:2;stroke-dasharray:2 4;stroke-linecap:round}
.dead{stroke-opacity:.45}
.pin{stroke:none}
.pin.pair{fill:#2463b4}
.pin.over{fill:#6d7784}
.pin.tunnel{fill:#9a3fa0}
@media (prefers-color-scheme:dark){
.page{fill:#14181d}
.box{fill:#1d232b;stroke:#6b7684}
.own .box{fill:#2b2616;stroke:#c39a3b}
.frame{fill:#22303f;stroke:#4b6785}
text{fill:#e3e7ec}
text .dim,text.dim{fill:#9aa5b3}
text .bad,text.bad{fill:#ff9d5c}
.halo{stroke:#14181d}
.pair{stroke:#6aa8f5}
.over{stroke:#98a3b1}
.tunnel{stroke:#d98ae0}
.pin.pair{fill:#6aa8f5}
.pin.over{fill:#98a3b1}
.pin.tunnel{fill:#d98ae0}
}
`

// SVG is the picture as a file that needs nothing else: no scripts, no fonts.
func SVG(p *Picture) string {
	web := newWeb(p)
	var blocks []*block
	for _, c := range web.components() {
		blocks = append(blocks, web.grid(c).draw())
	}
	corners, w, h := shelve(blocks)
	var s svg
	for i, b := range blocks {
		s.f(`<g transform="translate(%s %s)">`, number(corners[i].x+margin), number(corners[i].y+margin))
		s.block(b)
		s.f("</g>\n")
	}
	w += 2 * margin
	y := h + 2*margin
	if len(p.Lines) > 0 {
		w = max(w, s.legend(p, y))
		y += lineHeight + 6
	}
	for _, note := range p.Notes {
		s.text(margin, y, "dim", note, 200)
		w = max(w, width(note, 200)+2*margin)
		y += lineHeight
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]s" height="%[2]s" viewBox="0 0 %[1]s %[2]s">
<title>network namespaces</title>
<style>%[3]s</style>
<rect class="page" width="100%%" height="100%%"/>
%[4]s</svg>
`, number(math.Ceil(w)), number(math.Ceil(y)), style, s.String())
}

// shelve puts blocks side by side, in rows of about the width that gives a
// picture of a page's proportions.
func shelve(blocks []*block) (corners []point, w, h float64) {
	area, limit := 0.0, 0.0
	for _, b := range blocks {
		area += (b.w + blockGap) * (b.h + blockGap)
		limit = max(limit, b.w)
	}
	limit = max(limit, math.Sqrt(area*1.8))
	x, y, row := 0.0, 0.0, 0.0
	for _, b := range blocks {
		if x > 0 && x+b.w > limit {
			x, y, row = 0, y+row+blockGap, 0
		}
		corners = append(corners, point{x, y})
		w, row = max(w, x+b.w), max(row, b.h)
		x += b.w + blockGap
	}
	return corners, w, y + row
}

type svg struct{ strings.Builder }

func (s *svg) f(format string, args ...any) { fmt.Fprintf(s, format, args...) }

func (s *svg) block(b *block) {
	for i, shape := range b.shapes {
		s.shape(shape, b.at[i], b.width[i])
	}
	for _, routes := range b.bundles() {
		for _, r := range routes {
			s.f(`<path class="halo" d="%s"/>`, path(r.points))
		}
		for _, r := range routes {
			class := r.line.Kind.class()
			if r.line.down() {
				class += " dead"
			}
			s.f(`<path class="wire %s" d="%s"/>`+"\n", class, path(r.points))
		}
	}
	// Above all lines.
	for _, r := range b.routes {
		for _, p := range []point{r.points[0], r.points[len(r.points)-1]} {
			s.f(`<circle class="pin %s" cx="%s" cy="%s" r="3"/>`, r.line.Kind.class(), number(p.x), number(p.y))
		}
	}
}

// bundles are routes that share the way from one device: a line's halo must not
// cut those that it shares the way with.
func (b *block) bundles() [][]route {
	var bundles [][]route
	at := map[*Row]int{}
	for _, r := range b.routes {
		i, ok := at[r.line.To]
		if !ok {
			i = len(bundles)
			at[r.line.To] = i
			bundles = append(bundles, nil)
		}
		bundles[i] = append(bundles[i], r)
	}
	return bundles
}

func (s *svg) shape(sh *shape, at point, w float64) {
	class := "ns"
	if sh.box.Own {
		class = "ns own"
	}
	s.f(`<g class="%s"><rect class="box" x="%s" y="%s" width="%s" height="%s" rx="%d"/>`,
		class, number(at.x), number(at.y), number(w), number(sh.h), radius)
	y := at.y + 5 + lineHeight/2
	s.text(at.x+padding, y, "title", sh.box.Title, titleCells)
	if sh.box.Note != "" {
		s.text(at.x+padding, y+lineHeight-1, "dim", sh.box.Note, titleCells+8)
	}
	for _, f := range sh.frames {
		inset := float64(f.depth*6) + 5
		s.f(`<rect class="frame" x="%s" y="%s" width="%s" height="%s" rx="4"/>`,
			number(at.x+inset), number(at.y+f.top), number(w-2*inset), number(f.bottom-f.top))
	}
	for _, slot := range sh.slots {
		s.row(sh, slot, at)
	}
	y = at.y + sh.h - rowGap - lineHeight/2
	if sh.box.Alert != "" {
		s.text(at.x+padding, y, "bad", sh.box.Alert, titleCells+8)
		y -= lineHeight + rowGap
	}
	if sh.box.More != "" {
		s.text(at.x+padding+pinSize, y, "dim", sh.box.More, titleCells+8)
	}
	s.f("</g>\n")
}

func (s *svg) row(sh *shape, slot slot, at point) {
	r, y := slot.row, at.y+slot.y
	if r.State != "" {
		s.f(`<g class="down">`)
	}
	s.text(at.x+slot.x, y, "", r.Name, nameCells)
	s.text(at.x+sh.kindX, y, "dim", r.Kind, kindCells)
	if r.State != "" {
		s.text(at.x+sh.kindX+width(r.Kind+" ", kindCells), y, "bad", r.State, kindCells)
	}
	for i, fact := range r.facts() {
		class := ""
		if i >= len(r.Facts) {
			class = "bad"
		}
		s.text(at.x+sh.factX, y+float64(i)*lineHeight, class, fact, factCells)
	}
	if r.State != "" {
		s.f("</g>")
	}
}

// text is a line of text with its middle at y; what was cut off shows where the
// pointer rests on it.
func (s *svg) text(x, y float64, class, text string, limit int) {
	if class != "" {
		class = ` class="` + class + `"`
	}
	short := term.Clip(text, limit)
	tip := ""
	if short != text {
		tip = "<title>" + markup(text) + "</title>"
	}
	s.f(`<text x="%s" y="%s"%s>%s%s</text>`, number(x), number(y+4), class, tip, markup(short))
}

// legend shows the kinds of lines that occur, and says how wide it is.
func (s *svg) legend(p *Picture, y float64) float64 {
	x := float64(margin)
	for _, kind := range lineKinds() {
		var meanings []string
		for _, l := range p.Lines {
			if l.Kind == kind && !slices.Contains(meanings, l.meaning()) {
				meanings = append(meanings, l.meaning())
			}
		}
		for _, meaning := range meanings {
			s.f(`<path class="wire %s" d="M%s %sh28"/>`, kind.class(), number(x), number(y))
			s.text(x+36, y, "dim", meaning, 20)
			x += 36 + width(meaning, 20) + 24
		}
	}
	s.f("\n")
	return x
}

// path is a line through points with rounded corners.
func path(points []point) string {
	var b strings.Builder
	for i, p := range points {
		switch {
		case i == 0:
			fmt.Fprintf(&b, "M%s %s", number(p.x), number(p.y))
		case i == len(points)-1:
			fmt.Fprintf(&b, "L%s %s", number(p.x), number(p.y))
		default:
			before, after := points[i-1], points[i+1]
			r := min(radius, distance(before, p)/2, distance(p, after)/2)
			in, out := toward(p, before, r), toward(p, after, r)
			fmt.Fprintf(&b, "L%s %sQ%s %s %s %s", number(in.x), number(in.y),
				number(p.x), number(p.y), number(out.x), number(out.y))
		}
	}
	return b.String()
}

func distance(a, b point) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }

func toward(from, to point, by float64) point {
	d := distance(from, to)
	if d == 0 {
		return from
	}
	return point{from.x + (to.x-from.x)*by/d, from.y + (to.y-from.y)*by/d}
}

func number(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }

// markup escapes by hand: encoding/xml costs every start of the program.
func markup(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;").Replace(text)
}
