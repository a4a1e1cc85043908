package guest

import (
	"math"
	"runtime/debug"
	"testing"
)

func pointer[T any](value T) *T { return &value }

// The runtime belongs to all tests of the process, hence no t.Parallel.
func TestSetChangesTheRuntimeAndCurrentShowsIt(t *testing.T) {
	before := Current()
	t.Cleanup(func() {
		if err := Set(Options{&before.GCPercent, &before.MemoryLimit, &before.Processors}); err != nil {
			t.Error(err)
		}
	})
	if err := Set(Options{GCPercent: pointer(50), MemoryLimit: pointer[int64](1 << 30), Processors: pointer(1)}); err != nil {
		t.Fatal(err)
	}
	if state := Current(); state.GCPercent != 50 || state.MemoryLimit != 1<<30 || state.Processors != 1 || state.Memory == 0 {
		t.Errorf("%+v", state)
	}
	if err := Set(Options{GCPercent: pointer(-1)}); err != nil {
		t.Fatal(err)
	}
	if state := Current(); state.GCPercent != -1 || state.MemoryLimit != 1<<30 || state.Processors != 1 {
		t.Errorf("%+v", state)
	}
	FollowContainer() // changes nothing, since the limit was set
	if got := debug.SetMemoryLimit(-1); got != 1<<30 {
		t.Errorf("the limit is %d", got)
	}
	if err := Set(Options{MemoryLimit: pointer[int64](0)}); err != nil {
		t.Fatal(err)
	}
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 || Current().MemoryLimit != 0 {
		t.Errorf("the limit is %d", got)
	}
}

func TestSetRefusesNonsenseAndChangesNothing(t *testing.T) {
	before := Current()
	for _, options := range []Options{
		{GCPercent: pointer(0)},
		{GCPercent: pointer(-2)},
		{MemoryLimit: pointer[int64](-1)},
		{Processors: pointer(0)},
		{GCPercent: pointer(before.GCPercent + 1), Processors: pointer(-1)},
	} {
		if Set(options) == nil {
			t.Errorf("%+v was taken", options)
		}
	}
	if after := Current(); after.GCPercent != before.GCPercent || after.Processors != before.Processors {
		t.Errorf("%+v, not %+v", after, before)
	}
}
