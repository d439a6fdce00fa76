package draw

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
)

const (
	margin   = 16
	blockGap = 36
	pinSize  = 4
)

// style has the colours of a light page and those for viewers that prefer a dark
// page. Viewers that ignore media queries show the light ones.
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
.wire{fill:none;stroke:currentColor;stroke-width:1.6}
.pin{fill:currentColor}
.pair{color:#2463b4}
.over{color:#6d7784;stroke-dasharray:5 3}
.tunnel{color:#9a3fa0;stroke-width:2;stroke-dasharray:2 4;stroke-linecap:round}
.dead{stroke-opacity:.45}
@media (prefers-color-scheme:dark){
.page{fill:#14181d}
.box{fill:#1d232b;stroke:#6b7684}
.own .box{fill:#2b2616;stroke:#c39a3b}
.frame{fill:#22303f;stroke:#4b6785}
text{fill:#e3e7ec}
text .dim,text.dim{fill:#9aa5b3}
text .bad,text.bad{fill:#ff9d5c}
.pair{color:#6aa8f5}
.over{color:#98a3b1}
.tunnel{color:#d98ae0}
}
`

// SVG is the picture as a file that needs no scripts, fonts or other files.
func SVG(p *Picture) string {
	blocks := layout(p)
	w, h := shelve(blocks)
	var s svg
	for _, b := range blocks {
		s.f(`<g transform="translate(%s %s)">`, number(b.x), number(b.y))
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

// shelve gives blocks their places side by side, in rows of about the width that
// gives the picture the proportions of a page, and the size of all.
func shelve(blocks []*block) (w, h float64) {
	area, limit := 0.0, 0.0
	for _, b := range blocks {
		area += (b.w + blockGap) * (b.h + blockGap)
		limit = max(limit, b.w)
	}
	limit = max(limit, math.Sqrt(area*1.8))
	x, y := 0.0, 0.0
	for _, b := range blocks {
		if x > 0 && x+b.w > limit {
			x, y = 0, h+blockGap
		}
		b.x, b.y = margin+x, margin+y
		w, h = max(w, x+b.w), max(h, y+b.h)
		x += b.w + blockGap
	}
	return w, h
}

type svg struct{ strings.Builder }

func (s *svg) f(format string, args ...any) { fmt.Fprintf(s, format, args...) }

func (s *svg) block(b *block) {
	for _, shape := range slices.Concat(b.columns...) {
		if shape.box != nil {
			s.shape(shape)
		}
	}
	for _, w := range b.wires {
		dead := ""
		if w.line.down() {
			dead = " dead"
		}
		s.f(`<path class="wire %s%s" d="%s"/>`+"\n", w.line.Kind, dead, path(w.path))
	}
	// The pins lie above all lines.
	for _, w := range b.wires {
		for _, p := range []point{w.path[0], w.path[len(w.path)-1]} {
			s.f(`<circle class="pin %s" cx="%s" cy="%s" r="3"/>`, w.line.Kind, number(p.x), number(p.y))
		}
	}
}

func (s *svg) shape(sh *shape) {
	class := "ns"
	if sh.box.Own {
		class = "ns own"
	}
	s.f(`<g class="%s"><rect class="box" x="%s" y="%s" width="%s" height="%s" rx="%d"/>`,
		class, number(sh.x), number(sh.y), number(sh.w), number(sh.h), radius)
	y := sh.y + 5 + lineHeight/2
	s.text(sh.x+padding, y, "title", sh.box.Title, titleCells)
	if sh.box.Note != "" {
		s.text(sh.x+padding, y+lineHeight-1, "dim", sh.box.Note, titleCells+8)
	}
	for _, f := range sh.frames {
		inset := float64(f.depth*6) + 5
		s.f(`<rect class="frame" x="%s" y="%s" width="%s" height="%s" rx="4"/>`,
			number(sh.x+inset), number(sh.y+f.top), number(sh.w-2*inset), number(f.bottom-f.top))
	}
	for _, slot := range sh.slots {
		s.row(sh, slot)
	}
	y = sh.y + sh.h - rowGap - lineHeight/2
	if sh.box.Alert != "" {
		s.text(sh.x+padding, y, "bad", sh.box.Alert, titleCells+8)
		y -= lineHeight + rowGap
	}
	if sh.box.More != "" {
		s.text(sh.x+padding+pinSize, y, "dim", sh.box.More, titleCells+8)
	}
	s.f("</g>\n")
}

func (s *svg) row(sh *shape, slot slot) {
	r, y := slot.row, sh.y+slot.y
	if r.State != "" {
		s.f(`<g class="down">`)
	}
	s.text(sh.x+slot.x, y, "", r.Name, nameCells)
	s.text(sh.x+sh.kindX, y, "dim", r.Kind, kindCells)
	if r.State != "" {
		s.text(sh.x+sh.kindX+width(r.Kind+" ", kindCells), y, "bad", r.State, kindCells)
	}
	for i, fact := range r.facts() {
		class := ""
		if i >= len(r.Facts) {
			class = "bad"
		}
		s.text(sh.x+sh.factX, y+float64(i)*lineHeight, class, fact, factCells)
	}
	if r.State != "" {
		s.f("</g>")
	}
}

// text writes a line of text with its middle at y. If the text is longer than
// limit, the whole of it is the tooltip.
func (s *svg) text(x, y float64, class, text string, limit int) {
	if class != "" {
		class = ` class="` + class + `"`
	}
	short := term.Clip(text, limit)
	tip := ""
	if short != text {
		tip = "<title>" + html.EscapeString(text) + "</title>"
	}
	s.f(`<text x="%s" y="%s"%s>%s%s</text>`, number(x), number(y+4), class, tip, html.EscapeString(short))
}

// legend shows the kinds of lines that occur, and gives its width.
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
			s.f(`<path class="wire %s" d="M%s %sh28"/>`, kind, number(x), number(y))
			s.text(x+36, y, "dim", meaning, 20)
			x += 36 + width(meaning, 20) + 24
		}
	}
	s.f("\n")
	return x
}

// path is the data of cubic curves of four points each, joined by straight lines.
func path(points []point) string {
	var b strings.Builder
	for i, p := range points {
		command := []string{"L", "C", " ", " "}[i%4]
		if i == 0 {
			command = "M"
		}
		b.WriteString(command + number(p.x) + " " + number(p.y))
	}
	return b.String()
}

func number(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
