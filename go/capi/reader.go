package main

/*
#include "wasm2oci/wasm2oci.h"
*/
import "C"

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
	"unsafe"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

var readers = newTable[*reader]()

// chunkSize is how much is read ahead at a time, and chunks how often.
const (
	chunkSize = 512 << 10
	chunks    = 3
)

// spare are buffers that no reader has any more. A module is often smaller than one, and
// new ones, which have to be zeroed and collected, would take longer than to read it.
var spare = sync.Pool{New: func() any { return new([chunkSize]byte) }}

func takeBuffer() []byte {
	buffer, _ := spare.Get().(*[chunkSize]byte)
	return buffer[:]
}

// giveBuffer gives a buffer back, of which nobody must have a part; nil is none.
func giveBuffer(buffer []byte) {
	if buffer != nil {
		spare.Put((*[chunkSize]byte)(buffer))
	}
}

// reader reads a stream ahead into memory of its own, so that a caller can give
// up waiting: nothing is written into the caller's memory after its call.
type reader struct {
	id     uint64
	stream *wasm2oci.Stream
	cancel context.CancelFunc
	full   chan chunk
	free   chan []byte
	closed chan struct{}
	once   sync.Once
	// pumped is closed when nothing more will come, watchers are told when a read
	// would not wait.
	pumped   chan struct{}
	watchers watchers

	// mu is held by the one who reads.
	mu      sync.Mutex
	current []byte
	buffer  []byte
	err     error
}

// chunk is what one read gave.
type chunk struct {
	buffer []byte
	size   int
	err    error
}

// newReader begins to read ahead, and returns the number of the reader.
func newReader(stream *wasm2oci.Stream, cancel context.CancelFunc) uint64 {
	r := &reader{
		stream: stream, cancel: cancel,
		full: make(chan chunk, chunks), free: make(chan []byte, chunks),
		closed: make(chan struct{}), pumped: make(chan struct{}),
	}
	for range chunks {
		r.free <- nil
	}
	r.id = readers.put(r)
	work := func() (ended bool) {
		if err := recovered(func() error { ended = r.pump(); return nil }); err != nil {
			r.full <- chunk{err: err}
			ended = true
		}
		if ended {
			close(r.pumped)
			r.watchers.tell(r.changed)
		}
		return ended
	}
	// What lies in memory is read here and now: threads that hand over to each other
	// would take longer than the reading.
	if stream.AtHand() && stream.Result.FileSize < chunkSize && work() {
		return r.id
	}
	go func() {
		for !work() {
			continue
		}
	}()
	return r.id
}

// pump reads as often as there are buffers, and reports whether that was the end of the
// stream or of the reader. At most `chunks` of buffers are under way, so that sending never
// blocks.
func (r *reader) pump() (ended bool) {
	for range chunks {
		select {
		case <-r.closed:
			return true
		case buffer := <-r.free:
			if buffer == nil {
				buffer = takeBuffer()
			}
			n, err := r.stream.Read(buffer)
			r.full <- chunk{buffer, n, err}
			r.watchers.tell(r.changed)
			if err != nil {
				return true
			}
		}
	}
	return false
}

// read fills data with what is there, waiting for the first byte only.
func (r *reader) read(data []byte, timeout int64) (count int, end bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.current) == 0 && r.err == nil && len(data) > 0 {
		if err := r.next(timeout); err != nil {
			return 0, false, err
		}
	}
	for {
		n := copy(data[count:], r.current)
		count += n
		r.current = r.current[n:]
		if len(r.current) > 0 || r.err != nil || count == len(data) {
			break
		}
		if err := r.next(0); err != nil {
			return count, false, err
		}
		if len(r.current) == 0 && r.err == nil {
			break
		}
	}
	switch {
	case len(r.current) > 0 || r.err == nil:
		return count, false, nil
	case errors.Is(r.err, io.EOF):
		return count, true, nil
	case count > 0:
		return count, false, nil
	}
	return 0, false, r.err
}

// next takes the next chunk, if one comes in time.
func (r *reader) next(timeout int64) error {
	var timer <-chan time.Time
	select {
	case c := <-r.full:
		r.accept(c)
		return nil
	default:
	}
	if timeout == 0 {
		return nil
	}
	if timeout > 0 {
		clock := time.NewTimer(time.Duration(min(timeout, int64(longest))) * time.Millisecond)
		defer clock.Stop()
		timer = clock.C
	}
	select {
	case c := <-r.full:
		r.accept(c)
	case <-timer:
	case <-r.closed:
		return fault.New(fault.Cancelled, "the reader was closed")
	}
	return nil
}

func (r *reader) accept(c chunk) {
	if r.buffer != nil {
		r.free <- r.buffer
	}
	r.buffer, r.current, r.err = c.buffer, c.buffer[:c.size], c.err
	if r.err == nil {
		return
	}
	// It was the last one: nobody fills the others again.
	for {
		select {
		case buffer := <-r.free:
			giveBuffer(buffer)
		default:
			return
		}
	}
}

// giveLast gives the last buffer back, unless it is not known to be the last, or
// somebody reads at this moment.
func (r *reader) giveLast() {
	if !r.mu.TryLock() {
		return
	}
	defer r.mu.Unlock()
	if r.err != nil {
		giveBuffer(r.buffer)
		// What was left of it must not look like the end to who reads next.
		r.buffer, r.current, r.err = nil, nil, errClosed
	}
}

// ready says whether a read would not wait.
func (r *reader) ready() bool {
	return r.readable(false) // If somebody reads, the next chunk counts.
}

// changed says whether a read might not wait, as far as one can tell while somebody reads.
func (r *reader) changed() bool {
	return r.readable(true)
}

func (r *reader) readable(whileRead bool) bool {
	select {
	case <-r.pumped:
		return true
	case <-r.closed:
		return true
	default:
	}
	if len(r.full) > 0 {
		return true
	}
	if !r.mu.TryLock() {
		return whileRead
	}
	defer r.mu.Unlock()
	return len(r.current) > 0 || r.err != nil
}

func (r *reader) close() {
	r.once.Do(func() {
		close(r.closed)
		r.watchers.tell(r.changed)
		_ = r.stream.Close()
		r.cancel()
		r.giveLast()
	})
}

//export goOperationReader
func goOperationReader(id C.uint64_t, into *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		op, err := ended(id)
		if err != nil {
			return err
		}
		if op.outcome.stream == nil {
			return unsupported("reader")
		}
		op.mu.Lock()
		defer op.mu.Unlock()
		if op.stream == nil {
			return errClosed
		}
		*into = C.uint64_t(newReader(op.stream, op.cancel))
		op.stream = nil
		return nil
	})
}

//export goReaderRead
func goReaderRead(id C.uint64_t, data unsafe.Pointer, size C.size_t, timeout C.int64_t, count *C.size_t, end *C.int32_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		r, ok := readers.get(uint64(id))
		if !ok {
			return errClosed
		}
		memory, err := borrow(data, size)
		if err != nil {
			return err
		}
		n, finished, err := r.read(memory, int64(timeout))
		*count = C.size_t(n)
		if finished {
			*end = 1
		}
		return err
	})
}

//export goReaderClose
func goReaderClose(id C.uint64_t) {
	guard(nil, func() error {
		if r, ok := readers.take(uint64(id)); ok {
			r.close()
		}
		return nil
	})
}
