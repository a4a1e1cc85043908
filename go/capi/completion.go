package main

/*
#include "wasm2oci/wasm2oci.h"
*/
import "C"

import (
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

var (
	queues = newTable[*completions]()
	// queuesClosed is set once a shutdown closes those that there are.
	queuesClosed atomic.Bool
)

// completions is a queue of what has happened to many operations and readers, so
// that one thread of the host can wait for all of them, or its loop of events.
type completions struct {
	mu    sync.Mutex
	ready []uint64
	// wake is raised while there is something to take, or the queue is closed; nil
	// until somebody asks for its descriptor.
	wake     *wakeup
	released bool
	// filled holds a token while there is something to take.
	filled chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newCompletions() *completions {
	return &completions{filled: make(chan struct{}, 1), closed: make(chan struct{})}
}

// report adds a number. It never waits.
func (q *completions) report(number uint64) {
	q.mu.Lock()
	q.ready = append(q.ready, number)
	if q.wake != nil && len(q.ready) == 1 {
		q.wake.raise()
	}
	q.mu.Unlock()
	q.signal()
}

func (q *completions) signal() {
	select {
	case q.filled <- struct{}{}:
	default:
	}
}

// take moves numbers into a slice, the oldest first, and says how many.
func (q *completions) take(into []uint64) int {
	q.mu.Lock()
	count := copy(into, q.ready)
	q.ready = q.ready[count:]
	left := len(q.ready) > 0
	if !left {
		q.ready = nil // Not to keep the room of a thousand for ever.
		if q.wake != nil && count > 0 && !q.isClosed() {
			q.wake.lower()
		}
	}
	q.mu.Unlock()
	if left {
		q.signal() // For another one who waits.
	}
	return count
}

// wait takes numbers, waiting for the first of them up to a timeout in
// milliseconds; a negative one means for ever.
func (q *completions) wait(into []uint64, timeout int64) (int, error) {
	var timer <-chan time.Time
	if timeout > 0 {
		clock := time.NewTimer(time.Duration(min(timeout, int64(longest))) * time.Millisecond)
		defer clock.Stop()
		timer = clock.C
	}
	for {
		select {
		case <-q.closed:
			return 0, errClosed
		default:
		}
		if count := q.take(into); count > 0 || timeout == 0 || len(into) == 0 {
			return count, nil
		}
		select {
		case <-q.filled:
		case <-q.closed:
		case <-timer:
			return q.take(into), nil
		}
	}
}

// descriptor returns what a loop of events polls, made at first use.
func (q *completions) descriptor() (uintptr, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.released {
		return 0, errClosed
	}
	if q.wake == nil {
		made, err := newWakeup()
		if err != nil {
			return 0, err
		}
		q.wake = made
		if len(q.ready) > 0 || q.isClosed() {
			q.wake.raise()
		}
	}
	return q.wake.descriptor(), nil
}

func (q *completions) isClosed() bool {
	select {
	case <-q.closed:
		return true
	default:
		return false
	}
}

// close ends the waits. The descriptor stays, raised, so that a loop sees it.
func (q *completions) close() {
	q.once.Do(func() {
		close(q.closed)
		q.mu.Lock()
		defer q.mu.Unlock()
		if q.wake != nil {
			q.wake.raise()
		}
	})
}

// release closes it and its descriptor, whose number may be somebody else's then.
func (q *completions) release() {
	q.close()
	q.mu.Lock()
	defer q.mu.Unlock()
	q.released = true
	if q.wake != nil {
		q.wake.close()
		q.wake = nil
	}
}

// watchers are the queues that want to be told of the next thing that happens to
// something. The zero value has none.
type watchers struct {
	mu      sync.Mutex
	waiting []watcher
}

// watcher is a queue, and the number that it is told.
type watcher struct {
	queue  *completions
	number uint64
}

// add reports a number to q once: at once where it has happened, else with the next
// report. What it depends on must be changed before tell is called.
func (w *watchers) add(q *completions, number uint64, happened func() bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if happened() {
		q.report(number)
		return
	}
	w.waiting = append(w.waiting, watcher{q, number})
}

// tell reports to all who wait, and forgets them, unless what has happened is over by now:
// who has been added since then waits for the next.
func (w *watchers) tell(happened func() bool) {
	w.mu.Lock()
	var told []watcher
	if len(w.waiting) > 0 && happened() {
		told, w.waiting = w.waiting, nil
	}
	w.mu.Unlock()
	for _, one := range told {
		one.queue.report(one.number)
	}
}

//export goCompletionsNew
func goCompletionsNew(id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		number := queues.put(newCompletions())
		// After it was put: of a shutdown and this, one sees the other.
		if queuesClosed.Load() {
			queues.take(number)
			return fault.New(fault.Closed, "the process is about to end; no new queue is made")
		}
		*id = C.uint64_t(number)
		return nil
	})
}

//export goCompletionsAddOperation
func goCompletionsAddOperation(queue, operation, number C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		q, ok := queues.get(uint64(queue))
		if !ok {
			return errClosed
		}
		op, err := lookup(operation)
		if err != nil {
			return err
		}
		op.watchers.add(q, uint64(number), op.hasEnded)
		return nil
	})
}

//export goCompletionsAddReader
func goCompletionsAddReader(queue, id, number C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		q, ok := queues.get(uint64(queue))
		if !ok {
			return errClosed
		}
		r, ok := readers.get(uint64(id))
		if !ok {
			return errClosed
		}
		r.watchers.add(q, uint64(number), r.ready)
		return nil
	})
}

//export goCompletionsWait
func goCompletionsWait(queue C.uint64_t, timeout C.int64_t, into *C.uint64_t, capacity C.size_t, count *C.size_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		q, ok := queues.get(uint64(queue))
		if !ok {
			return errClosed
		}
		taken, err := q.wait(unsafe.Slice((*uint64)(unsafe.Pointer(into)), int(capacity)), int64(timeout))
		*count = C.size_t(taken)
		return err
	})
}

//export goCompletionsClose
func goCompletionsClose(id C.uint64_t) {
	guard(nil, func() error {
		if q, ok := queues.take(uint64(id)); ok {
			q.release()
		}
		return nil
	})
}

//export goCompletionsFd
func goCompletionsFd(queue C.uint64_t, into *C.intptr_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		q, ok := queues.get(uint64(queue))
		if !ok {
			return errClosed
		}
		descriptor, err := q.descriptor()
		if err == nil {
			*into = C.intptr_t(descriptor)
		}
		return err
	})
}
