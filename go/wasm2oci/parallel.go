package wasm2oci

import (
	"context"
	"sync"
	"sync/atomic"
)

// inParallel calls do for the numbers below count, up to limit of them at a time. The
// first error ends the contexts of all, and is returned once they have ended.
func inParallel(ctx context.Context, limit, count int, do func(ctx context.Context, i int) error) error {
	limit = min(limit, count)
	if limit <= 1 {
		for i := range count {
			if err := do(ctx, i); err != nil {
				return err
			}
		}
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	var next atomic.Int64
	var panicked atomic.Value
	for range limit {
		group.Go(func() {
			defer func() {
				// Whoever waits has the guard that tells of it.
				if value := recover(); value != nil {
					panicked.CompareAndSwap(nil, panicValue{value})
					cancel(nil)
				}
			}()
			for i := int(next.Add(1)) - 1; i < count && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(ctx, i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	group.Wait()
	if value, ok := panicked.Load().(panicValue); ok {
		panic(value.value)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// panicValue lets values of any type stand in one place.
type panicValue struct{ value any }
