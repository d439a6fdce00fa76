package container

// maxDatabase is more than the size of a database with thousands of containers.
const maxDatabase = 64 << 20

// Mentioned finds which of some words the databases of the runtimes have: a word is the name of a
// namespace, or the beginning of the ID from which a runtime has made that. A database keeps what
// was deleted until it needs the place, so that one word too many may be found. It is all of them
// where a database is too large, or cannot be read.
func (s State) Mentioned(words []string) map[string]bool {
	found := map[string]bool{}
	lengths := map[int]bool{}
	wanted := map[string]bool{}
	for _, word := range words {
		lengths[len(word)], wanted[word] = true, true
	}
	for _, runtime := range runtimes() {
		for _, mentions := range runtime.Mentions {
			for _, pattern := range s.places(mentions) {
				s.files.each(pattern, func(f record) {
					text, err := f.Read(f.file, maxDatabase)
					if err != nil && !isNone(err) {
						for word := range wanted {
							found[word] = true
						}
					}
					eachWord(text, func(word []byte) {
						for n := range lengths {
							if n <= len(word) && wanted[string(word[:n])] {
								found[string(word[:n])] = true
							}
						}
					})
				})
			}
		}
	}
	return found
}

// eachWord calls f with each run of letters, digits, dots, dashes and underscores.
func eachWord(text []byte, f func([]byte)) {
	begin := -1
	for i, c := range text {
		switch in := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.'; {
		case in && begin < 0:
			begin = i
		case !in && begin >= 0:
			f(text[begin:i])
			begin = -1
		}
	}
	if begin >= 0 {
		f(text[begin:])
	}
}
