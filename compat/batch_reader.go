package compat

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// maxWords is the most words that a batch line may have (since iproute2 5.11).
const maxWords = 511

// errMissingContinuation is the error about a file whose last line ends in a
// backslash. `ip` does not run that line, and does not fail.
var errMissingContinuation = errors.New("Missing continuation line")

// batchLine is a line of a batch file and the lines that continue it.
type batchLine struct {
	words []string
	raw   []byte // the text in the file
	// first and last are line numbers.
	first, last int
}

// batchReader reads the lines of a batch file.
type batchReader struct {
	r *bufio.Reader
	// impliedObject is set if a line may leave out the object. It counts as one of
	// the words in any case.
	impliedObject bool
	line          batchLine
	// err is the read error that ended the lines, or nil at the end of the file.
	err error
}

func newBatchReader(r io.Reader, impliedObject bool) *batchReader {
	return &batchReader{r: bufio.NewReaderSize(r, stdioBuffer), impliedObject: impliedObject}
}

// next gives the next line that has words, or io.EOF at the end of the file and
// after a read error.
func (b *batchReader) next() (batchLine, error) {
	for {
		b.line.raw, b.line.first = nil, b.line.last+1
		text, ok := b.readLine()
		if !ok {
			return b.line, io.EOF
		}
		for {
			before, _, continued := strings.Cut(text, "\\\n")
			if !continued {
				break
			}
			more, ok := b.readLine()
			if !ok {
				return b.line, errMissingContinuation
			}
			text = before + more
		}
		var err error
		b.line.words, err = b.splitWords(text)
		if err != nil || len(b.line.words) > 0 {
			return b.line, err
		}
	}
}

// pending reports whether the buffer has another line.
func (b *batchReader) pending() bool {
	ahead, _ := b.r.Peek(b.r.Buffered())
	return bytes.IndexByte(ahead, '\n') >= 0
}

// readLine reads a line with its newline, or up to a NUL or a comment. A "#" begins
// a comment even inside quotes.
func (b *batchReader) readLine() (text string, ok bool) {
	text, err := b.r.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
		return "", false // an incomplete line may be another command
	}
	if text == "" {
		return "", false
	}
	b.line.last++
	b.line.raw = append(b.line.raw, text...)
	text, _, _ = strings.Cut(text, "\x00")
	text, _, _ = strings.Cut(text, "#")
	return text, true
}

// splitWords splits a line at blanks. Quotes have a meaning at the beginning of a
// word only, and the closing quote ends the word. Backslashes have none.
func (b *batchReader) splitWords(line string) ([]string, error) {
	const blanks = " \t\r\n"
	var words []string
	limit := maxWords
	for line = strings.TrimLeft(line, blanks); line != ""; line = strings.TrimLeft(line, blanks) {
		var word string
		if quote := line[0]; quote == '"' || quote == '\'' {
			end := strings.IndexByte(line[1:], quote)
			if end < 0 {
				return nil, endOfBatch("Unterminated quoted string")
			}
			word, line = line[1:1+end], line[end+2:]
		} else {
			end := strings.IndexAny(line, blanks)
			if end < 0 {
				end = len(line)
			}
			word, line = line[:end], line[end:]
		}
		if len(words) == 0 && b.impliedObject && !IsNetns(word) {
			limit--
		}
		if len(words) == limit {
			return nil, endOfBatch("Too many arguments to command")
		}
		words = append(words, word)
	}
	return words, nil
}

// endOfBatch is an error at which `ip` exits even with -force.
func endOfBatch(text string) error {
	return &failure{status: statusFailed, text: text, exits: true}
}
