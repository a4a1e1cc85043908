package transfer

import (
	"context"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// activity is when any connection of a client last carried a byte, in Unix
// nanoseconds.
type activity struct{ atomic.Int64 }

// waiting bounds how long a request waits for one of a limited number of
// connections. It may wait for as long as others make progress.
type waiting struct {
	limit  time.Duration
	moved  *activity
	giveUp func()

	mu    sync.Mutex
	timer *time.Timer
}

// start begins to wait.
func (w *waiting) start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(w.limit, w.look)
}

// stop ends the wait: there is a connection, or one is made, for which there are
// limits of its own.
func (w *waiting) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
}

func (w *waiting) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer == nil {
		return
	}
	if left := w.limit - time.Since(time.Unix(0, w.moved.Load())); left > 0 {
		w.timer.Reset(left)
		return
	}
	w.giveUp()
}

// notForEver returns the context of a request that does not wait for ever for a
// connection. The second result is to be called once the request is answered.
func (t *Transport) notForEver(ctx context.Context, host string) (context.Context, func()) {
	if t.idle <= 0 || t.MaxConnsPerHost <= 0 {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	w := &waiting{limit: t.idle, moved: t.moved, giveUp: func() {
		// They belong to streams that nobody reads.
		cancel(fault.New(fault.Timeout, "all %d connections to %s are in use and carried no byte for %s", t.MaxConnsPerHost, host, fault.Seconds(t.idle)).
			WithHint("close what is open for reading, or allow more {connections}"))
	}}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { w.start() },
		GotConn:      func(httptrace.GotConnInfo) { w.stop() },
		DNSStart:     func(httptrace.DNSStartInfo) { w.stop() },
		ConnectStart: func(string, string) { w.stop() },
	}), w.stop
}
