package unpack

import (
	"fmt"
	"io"
)

// LimitError says that a layer unpacks to more than is allowed.
type LimitError struct {
	What  string
	Limit int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("the layer has more than %d %s", e.Limit, e.What)
}

// limited ends a stream with a *LimitError after too many bytes.
type limited struct {
	source io.Reader
	left   int64
	limit  int64
}

func newLimited(source io.Reader, limit int64) *limited {
	return &limited{source: source, left: limit, limit: limit}
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		// The end itself is within the limit.
		var one [1]byte
		n, err := l.source.Read(one[:])
		if n > 0 {
			return 0, &LimitError{"bytes when unpacked", l.limit}
		}
		return 0, err
	}
	n, err := l.source.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
