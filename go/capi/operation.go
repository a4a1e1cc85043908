package main

/*
#include "wasm2oci/wasm2oci.h"
*/
import "C"

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

var (
	operations = newTable[*operation]()
	// refusing is set once the process is about to end.
	refusing atomic.Bool
)

// operation is one verb in flight. What it ended with is written before done is
// closed, and not changed after.
type operation struct {
	client  *wasm2oci.Client
	monitor wasm2oci.Monitor
	cancel  context.CancelFunc
	done    chan struct{}
	outcome outcome
	err     error
	// watchers are told when it has ended.
	watchers watchers

	// mu guards the views given to C, which live until the close, and the
	// stream, which belongs to the caller once it was taken.
	mu     sync.Mutex
	views  map[string]unsafe.Pointer
	stream *wasm2oci.Stream
}

// outcome is what a verb returns.
type outcome struct {
	// json is marshalled for C hosts; descriptor, path, bytes and stream are
	// there for those verbs that have them.
	json       any
	descriptor *wasm2oci.Descriptor
	path       string
	hasPath    bool
	bytes      unsafe.Pointer
	size       int64
	stream     *wasm2oci.Stream
	// held is kept until the operation is closed.
	held io.Closer
}

// start runs a verb in a goroutine and returns the number of its operation.
func start(client C.uint64_t, id *C.uint64_t, run func(context.Context, *wasm2oci.Client) (outcome, error)) error {
	owner, ok := clients.get(uint64(client))
	if !ok {
		return errNoClient()
	}
	if refusing.Load() {
		return fault.New(fault.Closed, "the process is about to end; no new operation is started")
	}
	op := &operation{client: owner, done: make(chan struct{}), views: map[string]unsafe.Pointer{}}
	ctx, cancel := context.WithCancel(context.Background())
	op.cancel = cancel
	// It may take a while until it runs.
	ctx = owner.KeepCredentials(wasm2oci.WithMonitor(ctx, &op.monitor))
	number := operations.put(op)
	*id = C.uint64_t(number)
	go func() {
		defer op.watchers.tell(op.hasEnded)
		defer close(op.done)
		op.err = recovered(func() (err error) {
			op.outcome, err = run(ctx, owner)
			return err
		})
		op.stream = op.outcome.stream
		if op.stream == nil {
			cancel()
		}
		op.monitor.Finish()
	}()
	return nil
}

// lookup finds an operation.
func lookup(id C.uint64_t) (*operation, error) {
	op, ok := operations.get(uint64(id))
	if !ok {
		return nil, errClosed
	}
	return op, nil
}

// ended finds an operation that has ended well.
func ended(id C.uint64_t) (*operation, error) {
	op, err := lookup(id)
	if err != nil {
		return nil, err
	}
	if !op.hasEnded() {
		return nil, fault.New(fault.InvalidArgument, "the operation is still running; wait for it first")
	}
	return op, op.err
}

func (op *operation) hasEnded() bool {
	select {
	case <-op.done:
		return true
	default:
		return false
	}
}

// view returns C memory that lives as long as the operation, made at first use.
func (op *operation) view(name string, build func() (unsafe.Pointer, error)) (*C.char, error) {
	op.mu.Lock()
	defer op.mu.Unlock()
	if text, ok := op.views[name]; ok {
		return (*C.char)(text), nil
	}
	text, err := build()
	if err != nil {
		return nil, err
	}
	op.views[name] = text
	return (*C.char)(text), nil
}

func unsupported(what string) error {
	return fault.New(fault.Unsupported, "this operation has no %s", what)
}

//export goOperationWait
func goOperationWait(id C.uint64_t, timeout C.int64_t, progress *C.wasm2oci_progress_t, done *C.int32_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		op, err := lookup(id)
		if err != nil {
			return err
		}
		finished := await(op.done, int64(timeout))
		if progress != nil {
			snapshot := op.monitor.Snapshot()
			progress.done = C.uint64_t(snapshot.Done)
			progress.total = C.uint64_t(snapshot.Total)
			progress.reused = C.uint64_t(snapshot.Reused)
			progress.resumed = C.uint64_t(snapshot.Resumed)
			progress.phase = C.int32_t(snapshot.Phase)
			progress.retries = C.uint32_t(snapshot.Retries)
			copyText(progress.item[:], snapshot.Item)
		}
		if done != nil {
			*done = 0
			if finished {
				*done = 1
			}
		}
		if !finished {
			return nil
		}
		return op.err
	})
}

// await waits for a channel to close; a negative timeout, in milliseconds, means
// for ever.
func await(done <-chan struct{}, timeout int64) bool {
	select {
	case <-done:
		return true
	default:
	}
	switch {
	case timeout == 0:
		return false
	case timeout < 0:
		<-done
		return true
	}
	timer := time.NewTimer(time.Duration(min(timeout, int64(longest))) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

// longest is a hundred years: more would overflow a duration.
const longest = 100 * 365 * 24 * 3600 * 1000

//export goOperationCancel
func goOperationCancel(id C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		op, err := lookup(id)
		if err != nil {
			return err
		}
		op.cancel()
		return nil
	})
}

//export goOperationResult
func goOperationResult(id C.uint64_t, into **C.char, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		op, err := ended(id)
		if err != nil {
			return err
		}
		*into, err = op.view("json", func() (unsafe.Pointer, error) {
			text, err := marshalText(op.outcome.json)
			if err == nil {
				op.outcome.json = nil // What a large module says of itself takes more than its text.
			}
			return text, err
		})
		return err
	})
}

//export goOperationDescriptor
func goOperationDescriptor(id C.uint64_t, into *C.wasm2oci_descriptor_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		op, err := ended(id)
		if err != nil {
			return err
		}
		desc := op.outcome.descriptor
		if desc == nil {
			return unsupported("manifest")
		}
		into.size = C.uint64_t(desc.Size)
		copyText(into.digest[:], desc.Digest)
		copyText(into.media_type[:], desc.MediaType)
		return nil
	})
}

//export goOperationPath
func goOperationPath(id C.uint64_t, into **C.char, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		op, err := ended(id)
		if err != nil {
			return err
		}
		if !op.outcome.hasPath {
			return unsupported("path")
		}
		*into, err = op.view("path", func() (unsafe.Pointer, error) { return unsafe.Pointer(C.CString(op.outcome.path)), nil })
		return err
	})
}

//export goOperationBytes
func goOperationBytes(id C.uint64_t, into *C.wasm2oci_bytes_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		op, err := ended(id)
		if err != nil {
			return err
		}
		if op.outcome.bytes == nil {
			return unsupported("bytes")
		}
		into.data = (*C.uint8_t)(op.outcome.bytes)
		into.size = C.size_t(op.outcome.size)
		return nil
	})
}

//export goOperationLog
func goOperationLog(id C.uint64_t, into **C.char, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		*into = nil
		op, err := lookup(id)
		if err != nil {
			return err
		}
		records := op.monitor.TakeRecords()
		if len(records) == 0 {
			return nil
		}
		text, err := marshal(records)
		if err != nil {
			return err
		}
		*into = C.CString(string(text))
		return nil
	})
}

//export goOperationClose
func goOperationClose(id C.uint64_t) {
	guard(nil, func() error {
		op, ok := operations.take(uint64(id))
		if !ok {
			return nil
		}
		if !op.hasEnded() {
			op.cancel()
			<-op.done
		}
		op.mu.Lock()
		defer op.mu.Unlock()
		if op.stream != nil {
			_ = op.stream.Close()
			op.cancel()
		}
		for _, text := range op.views {
			free(text)
		}
		if op.outcome.bytes != nil {
			free(op.outcome.bytes)
		}
		if op.outcome.held != nil {
			_ = op.outcome.held.Close()
		}
		return nil
	})
}
