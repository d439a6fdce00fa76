package main

import (
	"slices"
	"strings"

	"github.com/xrash/smetrics"
)

// alike is how much a word must be like another to be suggested for it, from 0 to
// 1. Two letters that changed places, one too many, or a wrong one in a word of
// four are above it; words of other beginnings are not.
const alike = 0.84

// nearest is the word of all that is most like the given one, "" if none is.
func nearest(word string, all []string) (best string) {
	most := alike
	for _, other := range all {
		if likeness := likeness(word, other); likeness > most && other != word {
			best, most = other, likeness
		}
	}
	return best
}

// likeness is that of Jaro and Winkler. In words of three letters it does not see
// that two of them changed places.
func likeness(a, b string) float64 {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) == 3 && letters(a) == letters(b) {
		return 1
	}
	return smetrics.JaroWinkler(a, b, 0.7, 4)
}

// letters are those of a word in alphabetical order.
func letters(word string) string {
	all := []byte(word)
	slices.Sort(all)
	return string(all)
}

// didYouMean is the text " (did you mean X?)" for the nearest word. Where none is
// near, it is the text otherwise in parentheses, or nothing.
func didYouMean(word string, all []string, otherwise string) string {
	if near := nearest(word, all); near != "" {
		return " (did you mean " + quote(near) + "?)"
	}
	if otherwise != "" {
		return " (" + otherwise + ")"
	}
	return ""
}
