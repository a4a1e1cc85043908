package unpack

import (
	"io"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// limited ends a stream with the fault SizeExceeded after too many bytes.
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
			return 0, fault.New(fault.SizeExceeded, "the layer has more than %d bytes when unpacked", l.limit).
				WithHint("if the source is trusted, raise {max_unpacked_size}")
		}
		return 0, err
	}
	n, err := l.source.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
