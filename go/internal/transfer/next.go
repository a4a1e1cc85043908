package transfer

import (
	"context"
	"net/http/httptrace"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// Of a place that others can stand in for, hasteLimit bounds the making of a connection,
// and answerLimit how long it may be silent before it answers a request. What it sends
// then may be slow.
var (
	hasteLimit  = 5 * time.Second
	answerLimit = 10 * time.Second
)

type hasteKey struct{}

// hastily marks requests that are not worth a wait: there is another place to ask.
func hastily(ctx context.Context) context.Context {
	return context.WithValue(withoutRetry(ctx), hasteKey{}, true)
}

// notLong returns the context of a request, which is not waited for as long as others are
// where it was made hastily. The second result is to be called once it is answered.
func notLong(ctx context.Context) (context.Context, func()) {
	if ctx.Value(hasteKey{}) == nil {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(answerLimit, func() {
		cancel(fault.New(fault.Timeout, "no answer within %s", fault.Seconds(answerLimit)))
	})
	timer.Stop()
	// It is called by whoever waits for the answer, before that comes.
	got := func(httptrace.GotConnInfo) { timer.Reset(answerLimit) }
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: got}), func() { timer.Stop() }
}

// Served reports whether a manifest or a blob was read from here.
func (r *Repository) Served() bool { return r.served.Load() }

// orNext reads from here or, where that fails, from the next place that can.
func (r *Repository) orNext(ctx context.Context, read func(r *Repository) error) error {
	for {
		err := read(r)
		if err == nil || r.Next == nil {
			return err
		}
		next := r.Next(ctx, err)
		if next == nil {
			return err
		}
		r = next
	}
}
