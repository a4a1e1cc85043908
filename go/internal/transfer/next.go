package transfer

import (
	"context"
	"time"
)

// hasteLimit bounds the making of a connection to a place that others can stand in for.
const hasteLimit = 5 * time.Second

type hasteKey struct{}

// hastily marks requests that are not worth a wait: there is another place to ask.
func hastily(ctx context.Context) context.Context {
	return context.WithValue(withoutRetry(ctx), hasteKey{}, true)
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
