package draw

import (
	"fmt"
	"strings"
)

// Dot is the picture in the language of graphviz. Each box is a cluster, and each device
// with ports is a cluster within that of its box.
func Dot(p *Picture) string {
	d := dot{ids: map[*Row]int{}}
	d.line(0, "graph netns {")
	d.line(1, `graph [rankdir=LR, fontname="sans-serif", compound=true, ranksep=1];`)
	d.line(1, `node [shape=box, style="rounded,filled", fillcolor=white, fontname="monospace", fontsize=10];`)
	for i, box := range p.Boxes {
		d.box(i, box)
	}
	for _, l := range p.Lines {
		style := map[LineKind]string{Pair: "solid", Over: "dashed", Tunnel: "dotted"}[l.Kind]
		colour := ""
		if l.down() {
			colour = ", color=gray60"
		}
		d.line(1, "d%d -- d%d [style=%s%s];", d.ids[l.From], d.ids[l.To], style, colour)
	}
	if len(p.Notes) > 0 {
		d.line(1, "label=%s;", dotText(p.Notes...))
	}
	d.line(0, "}")
	return d.String()
}

type dot struct {
	strings.Builder
	ids map[*Row]int
}

func (d *dot) line(depth int, format string, args ...any) {
	fmt.Fprintf(d, strings.Repeat("\t", depth)+format+"\n", args...)
}

func (d *dot) box(i int, box *Box) {
	fill := "gray96"
	if box.Own {
		fill = "lightyellow"
	}
	d.line(1, "subgraph cluster_%d {", i)
	d.line(2, `style="rounded,filled"; color=gray50; fillcolor=%s;`, fill)
	d.line(2, "label=%s;", dotText(box.Title, box.Note, box.Alert))
	for _, r := range box.Rows {
		d.row(2, r)
	}
	if box.More != "" {
		d.line(2, `m%d [shape=plaintext, style="", label=%s];`, i, dotText(box.More))
	} else if len(box.Rows) == 0 {
		// Graphviz draws no cluster without a node.
		d.line(2, `e%d [shape=plaintext, style="", label=""];`, i)
	}
	d.line(1, "}")
}

func (d *dot) row(depth int, r *Row) {
	id := len(d.ids)
	d.ids[r] = id
	if len(r.Ports) > 0 {
		d.line(depth, "subgraph cluster_d%d {", id)
		d.line(depth+1, `style="rounded,filled"; color=gray60; fillcolor=aliceblue; label="";`)
		d.node(depth+1, id, r)
		for _, port := range r.Ports {
			d.line(depth+1, "d%d -- d%d [weight=2];", id, len(d.ids))
			d.row(depth+1, port)
		}
		d.line(depth, "}")
		return
	}
	d.node(depth, id, r)
}

func (d *dot) node(depth, id int, r *Row) {
	look := ""
	if r.State != "" {
		look = `, style="rounded,dashed", fontcolor=gray40, color=gray60`
	}
	d.line(depth, "d%d [label=%s%s];", id, dotText(r.words()...), look)
}

// words are the lines of a device in DOT and Mermaid.
func (r *Row) words() []string {
	kind := r.Kind
	if r.State != "" {
		kind += ", " + r.State
	}
	return append(append([]string{r.Name, kind}, r.Facts...), r.Alert)
}

// dotText is a quoted label of several lines. Graphviz reads escapes, which begin
// with a backslash, and entities such as &amp; in it.
func dotText(lines ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;")
	var all []string
	for _, line := range lines {
		if line != "" {
			all = append(all, escape.Replace(line))
		}
	}
	return `"` + strings.Join(all, `\n`) + `"`
}
