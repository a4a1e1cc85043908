package main

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
)

// lastHandle makes every number unique, so that a stale handle never means something
// else, not even of another kind.
var lastHandle = firstHandle()

// firstHandle is another one in each runtime: a process may hold several of them, in
// plugins, and a handle that gets into the wrong one means nothing there.
func firstHandle() *atomic.Uint64 {
	var first atomic.Uint64
	first.Store(rand.Uint64N(1 << 62))
	return &first
}

// table holds the values of one kind of handle.
type table[T any] struct {
	mu    sync.RWMutex
	items map[uint64]T
}

func newTable[T any]() *table[T] { return &table[T]{items: map[uint64]T{}} }

// put stores a value and returns its number, which is never 0.
func (t *table[T]) put(value T) uint64 {
	id := lastHandle.Add(1)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.items[id] = value
	return id
}

func (t *table[T]) get(id uint64) (T, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	value, ok := t.items[id]
	return value, ok
}

// take removes a value; of several callers one gets it.
func (t *table[T]) take(id uint64) (T, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	value, ok := t.items[id]
	delete(t.items, id)
	return value, ok
}

func (t *table[T]) count() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.items)
}

// all returns the values of this moment.
func (t *table[T]) all() []T {
	t.mu.RLock()
	defer t.mu.RUnlock()
	values := make([]T, 0, len(t.items))
	for _, value := range t.items {
		values = append(values, value)
	}
	return values
}
