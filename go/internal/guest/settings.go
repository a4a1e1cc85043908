package guest

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// Options set how the Go runtime behaves. What is absent stays as it is. The json
// names are the keys of the C API and the keywords of the Python API.
type Options struct {
	// GCPercent is how much garbage may come up, in percent of the memory in use,
	// before it is collected; -1 means that only MemoryLimit makes it collected.
	// Default: 100.
	GCPercent *int `json:"gc_percent,omitempty"`
	// MemoryLimit is how many bytes the Go runtime tries to keep to, not counting the
	// rest of the process; 0 means none. Default: half of what the control groups
	// of the process allow, none where they set no limit.
	MemoryLimit *int64 `json:"memory_limit,omitempty"`
	// Processors is how many threads run Go code at a time. Default: what the machine,
	// the process's affinity and its control groups give.
	Processors *int `json:"processors,omitempty"`
}

// mostProcessors is far above what helps; each one costs Go some 15 KB, used or not.
const mostProcessors = 1024

// Set makes the runtime behave so.
//
// Errors: InvalidArgument.
func Set(options Options) error {
	switch {
	case options.GCPercent != nil && (*options.GCPercent < -1 || *options.GCPercent == 0):
		return fault.New(fault.InvalidArgument, "{gc_percent} is neither positive nor -1")
	case options.MemoryLimit != nil && *options.MemoryLimit < 0:
		return fault.New(fault.InvalidArgument, "{memory_limit} is negative")
	case options.Processors != nil && *options.Processors < 1:
		return fault.New(fault.InvalidArgument, "{processors} is less than 1")
	case options.Processors != nil && *options.Processors > mostProcessors:
		return fault.New(fault.InvalidArgument, "{processors} is more than %d", mostProcessors)
	}
	if options.GCPercent != nil {
		debug.SetGCPercent(*options.GCPercent)
	}
	if options.MemoryLimit != nil {
		limitIsSet.Do(func() {})
		limit := *options.MemoryLimit
		if limit == 0 {
			limit = math.MaxInt64
		}
		debug.SetMemoryLimit(limit)
	}
	if options.Processors != nil {
		runtime.GOMAXPROCS(*options.Processors)
	}
	return nil
}

// limitIsSet is done once somebody has said what the memory limit is.
var limitIsSet sync.Once

// FollowContainer sets the memory limit that the control groups suggest, once, and
// where nobody has set another: neither Set, nor GOMEMLIMIT in the environment that
// the process was started with.
func FollowContainer() {
	limitIsSet.Do(func() {
		if debug.SetMemoryLimit(-1) != math.MaxInt64 {
			return
		}
		// The other half is the host's, which knows nothing of this one.
		if limit := memoryLimit(os.DirFS("/")) / 2; limit > 0 {
			debug.SetMemoryLimit(limit)
		}
	})
}

// State is how the runtime behaves now.
type State struct {
	GCPercent int `json:"gc_percent"`
	// MemoryLimit is 0 where there is none.
	MemoryLimit int64 `json:"memory_limit"`
	Processors  int   `json:"processors"`
	// Memory is how many bytes the Go runtime has of the system.
	Memory uint64 `json:"memory"`
}

// Current says how the runtime behaves.
func Current() State {
	samples := []metrics.Sample{
		{Name: "/gc/gogc:percent"},
		{Name: "/gc/gomemlimit:bytes"},
		{Name: "/sched/gomaxprocs:threads"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	value := func(i int) uint64 { return samples[i].Value.Uint64() }
	state := State{GCPercent: -1, Processors: int(value(2)), Memory: value(3) - value(4)}
	if value(0) <= math.MaxInt32 { // Off is the largest number.
		state.GCPercent = int(value(0))
	}
	if value(1) < math.MaxInt64 {
		state.MemoryLimit = int64(value(1))
	}
	return state
}
