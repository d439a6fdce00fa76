package term

import "strings"

// Style is the look of a table.
type Style struct {
	// Width is the width of the terminal in cells. With 0 no row is cut.
	Width   int
	Colours bool
	// Headings: the first line has the names of the columns.
	Headings bool
}

const (
	gap = 2 // between columns
	// maxPadding is the longest cell to which the other cells of a column are padded.
	maxPadding = 40
	// narrow is the least width to which columns are narrowed for rows to fit, before the
	// ends of rows are cut. narrowFirst is for the first column, which identifies the row.
	narrow      = 16
	narrowFirst = 20
)

// cell is a cell of a row with its width.
type cell struct {
	text   string
	cells  int
	colour Colour
}

// Table is a line for each row. The last column is not padded.
func Table[T any](columns []Column[T], rows []T, style Style) string {
	var lines [][]cell
	if style.Headings {
		line := make([]cell, len(columns))
		for i, c := range columns {
			line[i] = cell{text: c.Name, cells: Width(c.Name)}
		}
		lines = append(lines, line)
	}
	for _, row := range rows {
		line := make([]cell, len(columns))
		for i, c := range columns {
			text := c.Value(row)
			line[i] = cell{text: text, cells: Width(text)}
			if style.Colours && c.Colour != nil {
				line[i].colour = c.Colour(row)
			}
		}
		lines = append(lines, line)
	}
	return render(lines, len(columns), style)
}

// render is not generic, so that the program has it once.
func render(lines [][]cell, columns int, style Style) string {
	pads := paddings(lines, columns)
	if style.Width > 0 {
		shrink(pads, style.Width)
	}
	var b strings.Builder
	for _, line := range lines {
		if style.Width > 0 {
			fit(line, pads, style.Width)
		}
		write(&b, line, pads)
	}
	return b.String()
}

// paddings are the widths of the columns without very long cells.
func paddings(lines [][]cell, columns int) []int {
	pads := make([]int, columns)
	for _, line := range lines {
		for i, c := range line {
			if c.cells <= maxPadding {
				pads[i] = max(pads[i], c.cells)
			}
		}
	}
	return pads
}

// least is the least width to which a column is narrowed.
func least(column int) int {
	if column == 0 {
		return narrowFirst
	}
	return narrow
}

// shrink narrows the columns for rows to fit, the last column first.
func shrink(pads []int, width int) {
	excess := gap*(len(pads)-1) - width
	for _, pad := range pads {
		excess += pad
	}
	for i := len(pads) - 1; i >= 0 && excess > 0; i-- {
		less := min(max(pads[i]-least(i), 0), excess)
		pads[i] -= less
		excess -= less
	}
}

// fit cuts a row that is too wide: first the cells that are longer than their columns,
// the last one first, then the end of the row.
func fit(line []cell, pads []int, width int) {
	for i := len(line) - 1; i >= 0; i-- {
		excess := total(line, pads) - width
		if excess <= 0 {
			return
		}
		if less := min(line[i].cells-max(pads[i], least(i)), excess); less > 0 {
			line[i].shorten(line[i].cells-less, i == 0)
		}
	}
	if total(line, pads) > width {
		cutEnd(line, pads, width)
	}
}

// total is the width of a row.
func total(line []cell, pads []int) int {
	n := gap * (len(line) - 1)
	for i, c := range line {
		n += max(c.cells, padding(pads, i))
	}
	return n
}

// cutEnd cuts the end of a row. The ellipsis is in the last cell of the terminal.
func cutEnd(line []cell, pads []int, width int) {
	at := 0
	for i := range line {
		room := width - at
		at += max(line[i].cells, padding(pads, i)) + gap
		if at < width && i < len(line)-1 {
			continue // the next column has room
		}
		if line[i].cells < room && i < len(line)-1 {
			line[i].text = Pad(line[i].text, room-1)
		}
		if i < len(line)-1 {
			line[i].text += ellipsis
		}
		line[i].shorten(room, false)
		clear(line[i+1:])
		return
	}
}

// padding is the width to which a column is padded, 0 for the last one.
func padding(pads []int, column int) int {
	if column == len(pads)-1 {
		return 0
	}
	return pads[column]
}

// shorten cuts a cell to a limit; a name is cut in its middle.
func (c *cell) shorten(limit int, isName bool) {
	if isName {
		c.text = Clip(c.text, limit)
	} else {
		c.text = Cut(c.text, limit)
	}
	c.cells = Width(c.text)
}

func write(b *strings.Builder, line []cell, pads []int) {
	blanks := 0
	for i, c := range line {
		if c.text != "" {
			b.WriteString(strings.Repeat(" ", blanks))
			b.WriteString(c.colour.Paint(c.text))
			blanks = 0
		}
		blanks += gap + max(0, pads[i]-c.cells)
	}
	b.WriteByte('\n')
}
