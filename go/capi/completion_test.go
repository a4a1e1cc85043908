package main

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestCompletionsComeInOrder(t *testing.T) {
	t.Parallel()
	q := newCompletions()
	for id := range uint64(5) {
		q.report(id)
	}
	ids := make([]uint64, 3)
	for _, want := range [][]uint64{{0, 1, 2}, {3, 4}, {}} {
		count, err := q.wait(ids, 0)
		if err != nil || !slices.Equal(ids[:count], want) {
			t.Errorf("took %v, %v instead of %v", ids[:count], err, want)
		}
	}
}

func TestCompletionsWaitForTheTimeout(t *testing.T) {
	t.Parallel()
	began := time.Now()
	count, err := newCompletions().wait(make([]uint64, 1), 30)
	if count != 0 || err != nil || time.Since(began) < 30*time.Millisecond {
		t.Errorf("took %d, %v after %s", count, err, time.Since(began))
	}
}

func TestClosingCompletionsEndsEveryWait(t *testing.T) {
	t.Parallel()
	q := newCompletions()
	ended := make(chan error)
	for range 3 {
		go func() {
			_, err := q.wait(make([]uint64, 1), -1)
			ended <- err
		}()
	}
	q.close()
	q.close()
	q.report(1)
	for range 3 {
		if err := <-ended; wasm2oci.KindOf(err) != wasm2oci.Closed {
			t.Errorf("the wait gave %v", err)
		}
	}
}

// Each report reaches one waiter, whoever reports and whoever waits.
func TestCompletionsReachOneWaiterEach(t *testing.T) {
	t.Parallel()
	const reporters, each, waiters = 8, 500, 3
	q := newCompletions()
	taken := make(chan uint64)
	for range waiters {
		go func() {
			ids := make([]uint64, 7)
			for {
				count, err := q.wait(ids, -1)
				if err != nil {
					return
				}
				for _, id := range ids[:count] {
					taken <- id
				}
			}
		}()
	}
	for reporter := range uint64(reporters) {
		go func() {
			for n := range uint64(each) {
				q.report(reporter*each + n)
			}
		}()
	}
	seen := map[uint64]bool{}
	for range reporters * each {
		id := <-taken
		if seen[id] {
			t.Fatalf("%d came twice", id)
		}
		seen[id] = true
	}
	q.close()
}

// A chunk that was read before its arrival was told is not told to who waits for the next.
func TestWatchersAreNotToldOfWhatIsOver(t *testing.T) {
	t.Parallel()
	q := newCompletions()
	var w watchers
	happened := false
	w.add(q, 7, func() bool { return happened })
	w.tell(func() bool { return happened })
	ids := make([]uint64, 2)
	if count, err := q.wait(ids, 0); count != 0 || err != nil {
		t.Fatalf("took %d reports, %v", count, err)
	}
	happened = true
	w.tell(func() bool { return happened })
	if count, err := q.wait(ids, 0); count != 1 || ids[0] != 7 || err != nil {
		t.Fatalf("took %d reports, %v", count, err)
	}
}

// Whether it happens before, after or while a queue is added, the queue is told once.
func TestWatchersMissNothing(t *testing.T) {
	t.Parallel()
	for range 500 {
		q := newCompletions()
		var w watchers
		happened := make(chan struct{})
		var both sync.WaitGroup
		both.Go(func() {
			close(happened)
			w.tell(func() bool { return true })
		})
		both.Go(func() {
			w.add(q, 7, func() bool {
				select {
				case <-happened:
					return true
				default:
					return false
				}
			})
		})
		both.Wait()
		ids := make([]uint64, 2)
		if count, err := q.wait(ids, 0); count != 1 || ids[0] != 7 || err != nil {
			t.Fatalf("took %d reports, %v", count, err)
		}
	}
}

func TestCompletionsWithoutRoomDoNotWait(t *testing.T) {
	t.Parallel()
	q := newCompletions()
	q.report(1)
	if count, err := q.wait(nil, -1); count != 0 || err != nil {
		t.Errorf("took %d, %v", count, err)
	}
	q.close()
	if _, err := q.wait(nil, -1); !errors.Is(err, errClosed) {
		t.Errorf("a closed one gave %v", err)
	}
}
