package compat

import (
	"errors"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readBatch gives the words of every line, and its number.
func readBatch(text string) (lines [][]string, last []int, err error) {
	r := newBatchReader(strings.NewReader(text), false)
	for {
		line, err := r.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return lines, last, err
		}
		lines, last = append(lines, slices.Clone(line.words)), append(last, line.last)
	}
}

func TestBatchLines(t *testing.T) {
	type words = [][]string
	tests := map[string]struct {
		text  string
		want  words
		lines []int
		err   string
	}{
		"empty":                   {"", nil, nil, ""},
		"blank lines count":       {"\n \t\r\n# x\na\n", words{{"a"}}, []int{4}, ""},
		"no newline":              {"a b", words{{"a", "b"}}, []int{1}, ""},
		"carriage return":         {"a\r\nb\rc\n", words{{"a"}, {"b", "c"}}, []int{1, 2}, ""},
		"form feed is no blank":   {"a\fb\vc\n", words{{"a\fb\vc"}}, []int{1}, ""},
		"comment":                 {"a # b\na#b\n", words{{"a"}, {"a"}}, []int{1, 2}, ""},
		"quotes":                  {`"a b" 'c d' "" e` + "\n", words{{"a b", "c d", "", "e"}}, []int{1}, ""},
		"quote in quotes":         {`"it's" 'a"b'` + "\n", words{{"it's", `a"b`}}, []int{1}, ""},
		"a word after a quote":    {`"p"q` + "\n", words{{"p", "q"}}, []int{1}, ""},
		"no quote within a word":  {`p"q r"` + "\n", words{{`p"q`, `r"`}}, []int{1}, ""},
		"comment in quotes":       {`a "b#c"` + "\nd\n", nil, nil, "Unterminated quoted string"},
		"unterminated":            {"a\n'b\n", words{{"a"}}, []int{1}, "Unterminated quoted string"},
		"backslash is a letter":   {`a\ b "\"` + "\n", words{{`a\`, "b", `\`}}, []int{1}, ""},
		"continued":               {"a \\\n b\nc\n", words{{"a", "b"}, {"c"}}, []int{2, 3}, ""},
		"continued within a word": {"a\\\nb\\\nc\n", words{{"abc"}}, []int{3}, ""},
		"comment is no more":      {"a # \\\nb\n", words{{"a"}, {"b"}}, []int{1, 2}, ""},
		"comment after continued": {"a \\\n# x\nb\n", words{{"a"}, {"b"}}, []int{2, 3}, ""},
		"CR before newline":       {"a \\\r\nb\n", words{{"a", `\`}, {"b"}}, []int{1, 2}, ""},
		"missing continuation":    {"a\nb \\\n", words{{"a"}}, []int{1}, "Missing continuation line"},
		"backslash at the end":    {`a \`, words{{"a", `\`}}, []int{1}, ""},
		"NUL ends the line":       {"a\x00b\nc\n", words{{"a"}, {"c"}}, []int{1, 2}, ""},
		"most words":              {strings.Repeat("a ", maxWords), words{slices.Repeat([]string{"a"}, maxWords)}, []int{1}, ""},
		"too many words":          {strings.Repeat("a ", maxWords+1), nil, nil, "Too many arguments to command"},
		"longer than the buffer":  {strings.Repeat("x", 10000) + " y\nz", words{{strings.Repeat("x", 10000), "y"}, {"z"}}, []int{1, 2}, ""},
		"bytes":                   {"\xff\xfe é\n", words{{"\xff\xfe", "é"}}, []int{1}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			lines, last, err := readBatch(test.text)
			if diff := cmp.Diff(test.want, lines); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.lines, last); diff != "" {
				t.Errorf("numbers (-want +got):\n%s", diff)
			}
			if got := errText(err); got != test.err {
				t.Errorf("error %q, want %q", got, test.err)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestImpliedObject: a line that leaves out the object may have one word less.
func TestImpliedObject(t *testing.T) {
	for words, want := range map[string]error{
		strings.Repeat("a ", maxWords-1):              nil,
		strings.Repeat("a ", maxWords):                endOfBatch("Too many arguments to command"),
		"netns " + strings.Repeat("a ", maxWords-1):   nil,
		`"netns" ` + strings.Repeat("a ", maxWords-1): nil,
		"netns " + strings.Repeat("a ", maxWords):     endOfBatch("Too many arguments to command"),
	} {
		_, err := newBatchReader(strings.NewReader(words), true).next()
		if errText(err) != errText(want) {
			t.Errorf("%d words: %v, want %v", len(strings.Fields(words)), err, want)
		}
	}
}

// FuzzBatchReader: the lines end, their numbers rise, and a word without quotes has
// no character that ends a word.
func FuzzBatchReader(f *testing.F) {
	for _, seed := range []string{
		"", "netns list\n", "a \"b c\" 'd'\n# x\n", "a \\\nb\n", "\"", "a\\", "a\\\n", "\x00\n\r\f", "a#b", strings.Repeat("w ", 600),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := newBatchReader(strings.NewReader(text), false)
		before := 0
		for {
			line, err := r.next()
			if err != nil {
				end, fatal := errors.AsType[*failure](err)
				fatal = fatal && end.exits
				if !fatal && !errors.Is(err, io.EOF) && !errors.Is(err, errMissingContinuation) {
					t.Fatalf("%q: %v", text, err)
				}
				return
			}
			if len(line.words) == 0 || len(line.words) > maxWords {
				t.Fatalf("%q: %d words", text, len(line.words))
			}
			if line.first <= before || line.last < line.first {
				t.Fatalf("%q: line %d to %d after %d", text, line.first, line.last, before)
			}
			before = line.last
			for _, w := range line.words {
				if strings.ContainsAny(w, "#\n\x00") && !strings.ContainsAny(string(line.raw), `"'`) {
					t.Fatalf("%q: word %q", text, w)
				}
			}
		}
	})
}

// TestBatchReadError: a line that could not be read completely does not run.
func TestBatchReadError(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("del a\ndel foo"), iotest.ErrReader(syscall.EIO))
	r := newBatchReader(broken, false)
	if line, err := r.next(); err != nil || !slices.Equal(line.words, []string{"del", "a"}) {
		t.Fatalf("first line: %q, %v", line.words, err)
	}
	if line, err := r.next(); !errors.Is(err, io.EOF) || r.err != syscall.EIO {
		t.Errorf("got %q, %v, %v", line.words, err, r.err)
	}
}
