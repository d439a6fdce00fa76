package compat

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// maxWords is how many words a batch line may have (since iproute2 5.11).
const maxWords = 511

// batchReader cuts a batch file into the words of its lines.
type batchReader struct {
	r *bufio.Reader
	// line is the number of the last line read.
	line int
}

func newBatchReader(r io.Reader) *batchReader {
	return &batchReader{r: bufio.NewReaderSize(r, stdioBuffer)}
}

// next gives the words of the next line that has any, nil at the end. A line
// that ends in a backslash goes on in the next.
func (b *batchReader) next() ([]string, error) {
	for {
		text, ok := b.readLine()
		if !ok {
			return nil, nil
		}
		for {
			before, _, continued := strings.Cut(text, "\\\n")
			if !continued {
				break
			}
			more, ok := b.readLine()
			if !ok {
				return nil, &failure{text: "Missing continuation line"}
			}
			text = before + more
		}
		words, err := splitWords(text)
		if err != nil || len(words) > 0 {
			return words, err
		}
	}
}

// readLine reads a line with its newline, up to a NUL or a comment: a "#"
// begins one even inside quotes. What cannot be read is the end.
func (b *batchReader) readLine() (text string, ok bool) {
	text, _ = b.r.ReadString('\n')
	if text == "" {
		return "", false
	}
	b.line++
	text, _, _ = strings.Cut(text, "\x00")
	text, _, _ = strings.Cut(text, "#")
	return text, true
}

// where is what `ip` says of a line that failed.
func (b *batchReader) where(file string) string {
	return fmt.Sprintf("Command failed %s:%d", file, b.line)
}

// splitWords cuts a line at blanks. A quote counts at the beginning of a word
// only, and what follows the closing quote is a word of its own; a backslash is
// nothing special.
func splitWords(line string) ([]string, error) {
	const blanks = " \t\r\n"
	var words []string
	for line = strings.TrimLeft(line, blanks); line != ""; line = strings.TrimLeft(line, blanks) {
		var word string
		if quote := line[0]; quote == '"' || quote == '\'' {
			end := strings.IndexByte(line[1:], quote)
			if end < 0 {
				return nil, &failure{status: statusFailed, text: "Unterminated quoted string", exits: true}
			}
			word, line = line[1:1+end], line[end+2:]
		} else {
			end := strings.IndexAny(line, blanks)
			if end < 0 {
				end = len(line)
			}
			word, line = line[:end], line[end:]
		}
		if len(words) == maxWords {
			return nil, &failure{status: statusFailed, text: "Too many arguments to command", exits: true}
		}
		words = append(words, word)
	}
	return words, nil
}
