// Package monitor carries what an operation reports of itself while it runs:
// how far it is, and what it logs. It travels in the context, so that the layer
// that moves bytes can report without knowing who listens. It knows nothing of
// OCI, and it never calls anybody: whoever wants to know asks.
package monitor

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// Phase is what an operation is doing.
type Phase int32

// The phases, in the order in which they are usually passed. The numbers are
// those of the C header.
const (
	Starting Phase = iota
	Hashing
	Resolving
	Transferring
	Finishing
	Done
)

// Level says how much a Record matters.
type Level string

// The levels of a Record.
const (
	Debug   Level = "debug"
	Warning Level = "warning"
)

// Record is one logged line, without secrets.
type Record struct {
	Level   Level  `json:"level"`
	Message string `json:"message"`
}

// maxRecords is how many records wait to be taken; older ones are dropped.
const maxRecords = 1000

// maxMessage is how much of a record is kept, in bytes: it may quote what a registry
// sent.
const maxMessage = 2000

// Snapshot is the state of an operation at one moment. Sizes are bytes.
type Snapshot struct {
	Done, Total, Reused, Resumed uint64
	Phase                        Phase
	Retries                      uint32
	// Item is the digest of the blob being moved, or empty.
	Item string
}

// Monitor collects the progress and the log of one operation. The zero value is
// ready; all methods may be called from any goroutine.
type Monitor struct {
	done, total, reused, resumed atomic.Uint64
	phase                        atomic.Int32
	retries                      atomic.Uint32
	item                         atomic.Pointer[string]

	// whole is the monitor that gets what is logged, tried again and resumed, or nil.
	whole *Monitor

	mu      sync.Mutex
	records []Record
	mask    func(text string) string
}

// Uncounted returns a monitor that passes on what is logged, tried again and resumed,
// but no bytes: what only passes through is counted where it ends up.
func (m *Monitor) Uncounted() *Monitor { return &Monitor{whole: m} }

// Snapshot returns the present state.
func (m *Monitor) Snapshot() Snapshot {
	snapshot := Snapshot{
		Done: m.done.Load(), Total: m.total.Load(), Reused: m.reused.Load(), Resumed: m.resumed.Load(),
		Phase: Phase(m.phase.Load()), Retries: m.retries.Load(),
	}
	if item := m.item.Load(); item != nil {
		snapshot.Item = *item
	}
	return snapshot
}

// Enter says which phase begins.
func (m *Monitor) Enter(phase Phase) { m.phase.Store(int32(phase)) }

// Expect adds to the bytes that will be moved in all.
func (m *Monitor) Expect(size int64) { m.total.Add(uint64(max(size, 0))) }

// Add counts bytes that were moved; a negative number takes back what has to be
// moved again.
func (m *Monitor) Add(size int64) { m.done.Add(uint64(size)) }

// Reuse counts bytes that were there already; a negative number takes back what
// was not.
func (m *Monitor) Reuse(size int64) {
	m.reused.Add(uint64(size))
	m.Add(size)
}

// Resume counts bytes that had come before a connection broke and did not have to
// come again.
func (m *Monitor) Resume(size int64) {
	if m.whole != nil {
		m.whole.Resume(size)
		return
	}
	m.resumed.Add(uint64(size))
}

// Item names the blob that is being moved.
func (m *Monitor) Item(name string) { m.item.Store(&name) }

// Finish says that the operation has ended.
func (m *Monitor) Finish() { m.Enter(Done) }

// Retry counts a request that is tried again.
func (m *Monitor) Retry() {
	if m.whole != nil {
		m.whole.Retry()
		return
	}
	m.retries.Add(1)
}

// MaskBy says what takes the secrets out of all that is logged from now on.
func (m *Monitor) MaskBy(mask func(text string) string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mask = mask
}

// Log keeps a line until it is taken, without secrets and cut to maxMessage.
func (m *Monitor) Log(level Level, format string, args ...any) {
	if m.whole != nil {
		m.whole.Log(level, format, args...)
		return
	}
	message := fmt.Sprintf(format, args...)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mask != nil {
		message = m.mask(message)
	}
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "..."
	}
	if len(m.records) >= maxRecords {
		m.records = m.records[1:]
	}
	m.records = append(m.records, Record{level, message})
}

// TakeRecords returns the lines logged since it was last called.
func (m *Monitor) TakeRecords() []Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	records := m.records
	m.records = nil
	return records
}

type contextKey struct{}

// With returns a context whose operation reports to m.
func With(ctx context.Context, m *Monitor) context.Context {
	return context.WithValue(ctx, contextKey{}, m)
}

// From returns the monitor of a context; where there is none, one that nobody
// reads, so that callers need no check.
func From(ctx context.Context) *Monitor {
	if m, ok := ctx.Value(contextKey{}).(*Monitor); ok {
		return m
	}
	return &Monitor{}
}
