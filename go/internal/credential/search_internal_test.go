package credential

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
)

var (
	asked   = question{"helper", "registry.test"}
	someone = auth.Credential{Username: "someone"}
)

// helperFor counts how often it is asked, and answers once it may.
func helperFor(count *atomic.Int32, may <-chan struct{}, err error) asker {
	return func(ctx context.Context) (auth.Credential, error) {
		count.Add(1)
		select {
		case <-may:
			return someone, err
		case <-ctx.Done():
			return auth.EmptyCredential, ctx.Err()
		}
	}
}

func TestOneOperationAsksAHelperOnce(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{"it knows": nil, "it fails": errors.New("locked")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var count atomic.Int32
				may := make(chan struct{})
				close(may)
				helper, search := helperFor(&count, may, failure), NewFinder("", nil, nil).Search()
				for _, step := range []struct {
					after    time.Duration
					outdated bool
					want     int32
				}{{0, false, 1}, {0, false, 1}, {goodFor, false, 1}, {time.Second, false, 2}, {0, true, 3}, {0, false, 3}} {
					time.Sleep(step.after)
					if _, err := search.once(t.Context(), asked, step.outdated, helper); !errors.Is(err, failure) || count.Load() != step.want {
						t.Errorf("%+v: asked %d times, %v", step, count.Load(), err)
					}
				}
			})
		})
	}
}

func TestOperationsShareAHelperThatRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		may := make(chan struct{})
		finder, helper := NewFinder("", nil, nil), helperFor(&count, may, nil)
		var running sync.WaitGroup
		first, cancel := context.WithCancel(t.Context())
		running.Go(func() {
			if _, err := finder.Search().once(first, asked, false, helper); !errors.Is(err, context.Canceled) {
				t.Errorf("the first: %v", err)
			}
		})
		synctest.Wait()
		for range 10 {
			running.Go(func() {
				if found, err := finder.Search().once(t.Context(), asked, false, helper); found != someone || err != nil {
					t.Errorf("%v, %v", found, err)
				}
			})
		}
		synctest.Wait()
		cancel() // which is not the end of the helper
		synctest.Wait()
		close(may)
		running.Wait()
		if count.Load() != 1 {
			t.Errorf("asked %d times", count.Load())
		}
	})
}

// After a login, or where what it said is out of date, it is asked anew.
func TestAHelperThatRunsIsNotAlwaysShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		may := make(chan struct{})
		finder, helper := NewFinder("", nil, nil), helperFor(&count, may, nil)
		var running sync.WaitGroup
		ask := func(outdated bool, want int32) {
			running.Go(func() { _, _ = finder.Search().once(t.Context(), asked, outdated, helper) })
			synctest.Wait()
			if count.Load() != want {
				t.Errorf("asked %d times, not %d", count.Load(), want)
			}
		}
		ask(false, 1)
		ask(true, 2)
		finder.Forget()
		ask(false, 3)
		ask(false, 3)
		close(may)
		running.Wait()
	})
}

func TestAHelperEndsWithWhoeverWantsItsAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		search, helper := NewFinder("", nil, nil).Search(), helperFor(&count, nil, nil)
		for want := range int32(2) {
			ctx, cancel := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() { _, _ = search.once(ctx, asked, false, helper) })
			synctest.Wait()
			cancel()
			running.Wait()
			if count.Load() != want+1 {
				t.Errorf("asked %d times", count.Load())
			}
		}
	})
}

func TestAPanicReachesWhoeverAsked(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() != "broken" {
			t.Error("it was swallowed")
		}
	}()
	_, _ = NewFinder("", nil, nil).Search().once(t.Context(), asked, false, func(context.Context) (auth.Credential, error) { panic("broken") })
}
