package term

// Colour is a colour of a text, as the parameter of SGR (ECMA-48); empty for plain
// text.
type Colour string

// The colours.
const (
	Plain  Colour = ""
	Red    Colour = "31"
	Green  Colour = "32"
	Yellow Colour = "33"
)

func (c Colour) paint(text string) string {
	if c == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// When says when output is coloured.
type When string

// Auto is on a terminal, unless the environment has NO_COLOR (no-color.org).
const (
	Auto   When = "auto"
	Always When = "always"
	Never  When = "never"
)

// Colours tells whether output is coloured. noColour is the value of NO_COLOR.
func (w When) Colours(terminal bool, noColour string) bool {
	switch w {
	case Always:
		return true
	case Never:
		return false
	}
	return terminal && noColour == ""
}
