package compat

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// maxWords is how many words a batch line may have (since iproute2 5.11).
const maxWords = 511

// errMissingContinuation is a file whose last line ends in a backslash. That
// line is not run, and is no failure for `ip`.
var errMissingContinuation = errors.New("Missing continuation line")

// batchLine is a line of a batch file that has words, with the lines it goes on
// in.
type batchLine struct {
	words []string
	// raw is the text as it stands in the file.
	raw []byte
	// first and last are the numbers of the first and the last of its lines.
	first, last int
}

// batchReader reads the lines of a batch file.
type batchReader struct {
	r *bufio.Reader
	// impliedObject says that a line may leave out the object. It counts all the
	// same.
	impliedObject bool
	line          batchLine
	// err is why the end was not the file's.
	err error
}

func newBatchReader(r io.Reader, impliedObject bool) *batchReader {
	return &batchReader{r: bufio.NewReaderSize(r, stdioBuffer), impliedObject: impliedObject}
}

// next gives the next line that has any words, or io.EOF. What cannot be read is
// the end, too: see err.
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

// pending tells whether the line after this one has been read from the file
// already.
func (b *batchReader) pending() bool {
	ahead, _ := b.r.Peek(b.r.Buffered())
	return bytes.IndexByte(ahead, '\n') >= 0
}

// readLine reads a line with its newline, up to a NUL or a comment: a "#"
// begins one even inside quotes.
func (b *batchReader) readLine() (text string, ok bool) {
	text, err := b.r.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
		return "", false // half a line may be another command
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

// splitWords cuts a line at blanks. A quote counts at the beginning of a word
// only, and what follows the closing quote is a word of its own; a backslash is
// nothing special.
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
		if len(words) == 0 && b.impliedObject && !isNetns(word) {
			limit--
		}
		if len(words) == limit {
			return nil, endOfBatch("Too many arguments to command")
		}
		words = append(words, word)
	}
	return words, nil
}

// endOfBatch is a line for which `ip` exits, -force or not.
func endOfBatch(text string) error {
	return &failure{status: statusFailed, text: text, exits: true}
}
