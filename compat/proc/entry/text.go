//go:build amd64 || arm64

package entry

import "unsafe"

// word is the i-th word from at on.
//
//go:nosplit
func word(at unsafe.Pointer, i uintptr) *uintptr {
	return (*uintptr)(unsafe.Add(at, i*wordSize))
}

// char is the i-th byte of a text, which a NUL ends.
//
//go:nosplit
func char(text unsafe.Pointer, i int) byte { return *(*byte)(unsafe.Add(text, i)) }

// begins reports whether text is a beginning of word, or all of it.
//
//go:nosplit
func begins(word string, text unsafe.Pointer) bool {
	for i := range len(word) {
		switch char(text, i) {
		case 0:
			return true
		case word[i]:
		default:
			return false
		}
	}
	return char(text, len(word)) == 0
}

// getenv is the value of the first word NAME=value of the environment, or NULL.
//
//go:nosplit
func getenv(env unsafe.Pointer, name string) (value unsafe.Pointer) {
	for ; *word(env, 0) != 0; env = unsafe.Add(env, wordSize) {
		text := *(*unsafe.Pointer)(env)
		i := 0
		for i < len(name) && char(text, i) == name[i] {
			i++
		}
		if i == len(name) && char(text, i) == '=' {
			return unsafe.Add(text, i+1)
		}
	}
	return nil
}
