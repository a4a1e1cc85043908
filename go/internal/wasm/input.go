package wasm

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// unknownSize means the end of a stream that has not been reached.
const unknownSize = math.MaxInt64

// input is a binary that is read forwards, in pieces of at most readSize bytes
// that never overlap. What is skipped is not read, where the source can skip.
//
// The first error sticks: from then on everything reads as zero, so that parsers
// check once per loop and not once per byte.
type input struct {
	source io.ReaderAt
	size   int64 // unknownSize until the end of a stream is seen
	pos    int64

	buffer []byte // the bytes from start on
	start  int64

	kept int64
	err  error
}

func newInput(source io.ReaderAt, size int64) *input {
	return &input{source: source, size: size, buffer: make([]byte, 0, int(min(readSize, max(size, 0))))}
}

// fail records the first error.
func (in *input) fail(err error) {
	if in.err == nil {
		in.err = err
	}
}

// malformed fails with the place and a short reason, such as "a name is not UTF-8".
// The offset counts bytes from the start of the binary.
func (in *input) malformed(offset int64, format string, args ...any) {
	in.fail(fault.New(fault.NotWasm, "%w: %s (at byte %d)", ErrMalformed, fmt.Sprintf(format, args...), offset))
}

// keep charges for memory that the answer will hold.
func (in *input) keep(bytes int64) bool {
	if in.kept += bytes; in.kept > maxKept {
		in.fail(beyond(in.pos, "bytes of names and types", maxKept))
	}
	return in.err == nil
}

// window returns the bytes that are at hand from pos on, at least one of them,
// or nothing at the end and after an error.
func (in *input) window() []byte {
	if in.err != nil {
		return nil
	}
	if at := in.pos - in.start; at >= 0 && at < int64(len(in.buffer)) {
		return in.buffer[at:]
	}
	in.fill()
	return in.buffer
}

// fill reads the next piece, which starts at pos.
func (in *input) fill() {
	in.buffer, in.start = in.buffer[:0], in.pos
	want := min(readSize, in.size-in.pos)
	if want <= 0 {
		in.checkEnd()
		return
	}
	piece := in.buffer[:want]
	n, err := in.source.ReadAt(piece, in.pos)
	in.buffer = piece[:min(max(n, 0), len(piece))]
	switch {
	case len(in.buffer) > 0:
		// An error that came with bytes comes again when more are asked for.
	case err == nil:
		in.fail(fmt.Errorf("reading WebAssembly at byte %d: %w", in.pos, io.ErrNoProgress))
	case !errors.Is(err, io.EOF):
		in.fail(fmt.Errorf("reading WebAssembly at byte %d: %w", in.pos, err))
	case in.size != unknownSize:
		in.fail(fmt.Errorf("reading WebAssembly at byte %d of %d: %w", in.pos, in.size, io.ErrUnexpectedEOF))
	default:
		in.size = in.source.(*stream).at
		in.checkEnd()
	}
}

// checkEnd complains if what was skipped is not all there, which a stream shows
// only afterwards.
func (in *input) checkEnd() {
	if in.pos > in.size {
		in.malformed(in.size, "the binary ends here, %d bytes before the end of a section", in.pos-in.size)
	}
}

// stream makes an io.ReaderAt of an io.Reader, for offsets that only grow.
type stream struct {
	source io.Reader
	at     int64
}

// ReadAt skips to offset, then reads what the source has at once.
func (s *stream) ReadAt(p []byte, offset int64) (int, error) {
	skipped, err := io.CopyN(io.Discard, s.source, offset-s.at)
	s.at += skipped
	if err != nil {
		return 0, err
	}
	n, err := io.ReadAtLeast(s.source, p, 1)
	s.at += int64(n)
	return n, err
}
