package monitor_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

func TestSnapshotAddsUp(t *testing.T) {
	t.Parallel()
	m := &monitor.Monitor{}
	if got := m.Snapshot(); got != (monitor.Snapshot{}) {
		t.Errorf("a new monitor says %+v", got)
	}
	m.Enter(monitor.Transferring)
	m.Expect(100)
	m.Expect(50)
	m.Expect(-1) // a size that is not known
	m.Item("sha256:x")
	m.Add(70)
	m.Add(-30)
	m.Reuse(50)
	m.Resume(20)
	m.Retry()
	want := monitor.Snapshot{Done: 90, Total: 150, Reused: 50, Resumed: 20, Phase: monitor.Transferring, Retries: 1, Item: "sha256:x"}
	if got := m.Snapshot(); got != want {
		t.Errorf("it says %+v, not %+v", got, want)
	}
	m.Finish()
	if got := m.Snapshot().Phase; got != monitor.Done {
		t.Errorf("finished, it is in phase %d", got)
	}
}

func TestManyGoroutinesReport(t *testing.T) {
	t.Parallel()
	m := &monitor.Monitor{}
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			for range 1000 {
				m.Add(3)
				m.Add(-1)
				m.Retry()
				m.Item(fmt.Sprint(i))
				m.Log(monitor.Debug, "line of %d", i)
				_ = m.Snapshot()
			}
		})
	}
	all.Wait()
	if got := m.Snapshot(); got.Done != 64_000 || got.Retries != 32_000 {
		t.Errorf("it says %+v", got)
	}
}

func TestRecordsAreTakenOnce(t *testing.T) {
	t.Parallel()
	m := &monitor.Monitor{}
	m.Log(monitor.Warning, "a %s", "warning")
	m.Log(monitor.Debug, "100%%")
	got := m.TakeRecords()
	if len(got) != 2 || got[0] != (monitor.Record{Level: monitor.Warning, Message: "a warning"}) || got[1].Message != "100%" {
		t.Errorf("taken: %+v", got)
	}
	if again := m.TakeRecords(); len(again) != 0 {
		t.Errorf("taken again: %+v", again)
	}
}

func TestTheLatestRecordsAreKept(t *testing.T) {
	t.Parallel()
	m := &monitor.Monitor{}
	for i := range 2500 {
		m.Log(monitor.Debug, "%d", i)
	}
	got := m.TakeRecords()
	if len(got) != 1000 || got[0].Message != "1500" || got[999].Message != "2499" {
		t.Fatalf("%d records, from %q to %q", len(got), got[0].Message, got[len(got)-1].Message)
	}
}

func TestContextCarriesTheMonitor(t *testing.T) {
	t.Parallel()
	m := &monitor.Monitor{}
	ctx := monitor.With(context.Background(), m)
	monitor.From(ctx).Add(7)
	if got := m.Snapshot().Done; got != 7 {
		t.Errorf("it says %d", got)
	}
	// Without one, reporting goes nowhere and does no harm.
	monitor.From(context.Background()).Add(7)
}

func TestUncountedPassesOnAllButBytes(t *testing.T) {
	t.Parallel()
	whole := &monitor.Monitor{}
	part := whole.Uncounted()
	part.Expect(1)
	part.Add(2)
	part.Reuse(3)
	part.Item("item")
	part.Resume(4)
	part.Retry()
	part.Log(monitor.Warning, "one %d", 1)
	if got, want := whole.Snapshot(), (monitor.Snapshot{Resumed: 4, Retries: 1}); got != want {
		t.Errorf("%+v, not %+v", got, want)
	}
	if records := whole.TakeRecords(); len(records) != 1 || records[0].Message != "one 1" {
		t.Errorf("%+v", records)
	}
}
