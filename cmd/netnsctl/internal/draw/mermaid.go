package draw

import (
	"fmt"
	"strings"
)

// Mermaid is the picture as a flowchart of Mermaid. Each box is a subgraph, and each
// device with ports is a subgraph within that of its box.
func Mermaid(p *Picture) string {
	m := mermaid{ids: map[*Row]int{}}
	m.line(0, "flowchart LR")
	for i, box := range p.Boxes {
		m.line(1, "subgraph n%d[%s]", i, mermaidText(box.Title, box.Note, box.Alert))
		for _, r := range box.Rows {
			m.row(2, r)
		}
		if box.More != "" {
			m.line(2, `m%d[%s]:::none`, i, mermaidText(box.More))
		} else if len(box.Rows) == 0 {
			m.line(2, `e%d[" "]:::none`, i)
		}
		m.line(1, "end")
	}
	for _, l := range p.Lines {
		stroke := map[LineKind]string{Pair: "---", Over: "-.->", Tunnel: "-.-"}[l.Kind]
		m.line(1, "d%d %s d%d", m.ids[l.From], stroke, m.ids[l.To])
	}
	for _, note := range p.Notes {
		m.line(1, "%%%% %s", strings.Map(mermaidComment, note))
	}
	m.line(1, "classDef down stroke-dasharray:4 4,opacity:0.6")
	m.line(1, "classDef none fill:none,stroke:none")
	for i, box := range p.Boxes {
		if box.Own {
			m.line(1, "style n%d stroke-width:3px", i)
		}
	}
	return m.String()
}

type mermaid struct {
	strings.Builder
	ids map[*Row]int
}

func (m *mermaid) line(depth int, format string, args ...any) {
	fmt.Fprintf(m, strings.Repeat("    ", depth)+format+"\n", args...)
}

func (m *mermaid) row(depth int, r *Row) {
	id := len(m.ids)
	m.ids[r] = id
	if len(r.Ports) > 0 {
		m.line(depth, `subgraph p%d[" "]`, id)
		m.node(depth+1, id, r)
		for _, port := range r.Ports {
			m.line(depth+1, "d%d --- d%d", id, len(m.ids))
			m.row(depth+1, port)
		}
		m.line(depth, "end")
		return
	}
	m.node(depth, id, r)
}

func (m *mermaid) node(depth, id int, r *Row) {
	class := ""
	if r.State != "" {
		class = ":::down"
	}
	m.line(depth, "d%d[%s]%s", id, mermaidText(r.words()...), class)
}

// mermaidText is a quoted label of several lines. Every character that Mermaid
// could read as markup, Markdown or an entity becomes one of its entities, such as
// #38;.
func mermaidText(lines ...string) string {
	var b strings.Builder
	for _, line := range lines {
		if line == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("<br/>")
		}
		for _, r := range line {
			if r < 0x80 && strings.ContainsRune("\"#&<>`\\*_~;{}|$%", r) {
				fmt.Fprintf(&b, "#%d;", r)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return `"` + b.String() + `"`
}

// mermaidComment drops braces: Mermaid takes a comment with braces for a directive.
func mermaidComment(r rune) rune {
	if r == '{' || r == '}' {
		return -1
	}
	return r
}
