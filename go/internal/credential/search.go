package credential

import (
	"context"
	"sync"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
)

// goodFor is how long what a helper said is believed: an operation may last longer than what
// it is given.
const goodFor = time.Minute

// Search looks for credentials on behalf of one operation. All its methods may be called from
// many goroutines at a time.
type Search struct {
	*Finder

	mu   sync.Mutex
	said map[question]*answer
}

// question is what a helper is asked.
type question struct{ helper, host string }

type asker func(context.Context) (auth.Credential, error)

// answer is what a helper said, once done is closed.
type answer struct {
	done  chan struct{}
	found auth.Credential
	err   error
	at    time.Time
	// panicked is for whoever waits, who has the guard that tells of it.
	panicked any

	// wanted is how many wait for it; whoever is the last one to go away ends the helper.
	wanted    int
	end       context.CancelFunc
	abandoned bool
}

// Search begins to look for credentials on behalf of one operation.
func (f *Finder) Search() *Search { return &Search{Finder: f, said: map[question]*answer{}} }

// ask asks a helper, unless it was asked before.
func (s *Search) ask(ctx context.Context, helper, host string, outdated bool) (auth.Credential, error) {
	return s.once(ctx, question{helper, host}, outdated, func(ctx context.Context) (auth.Credential, error) {
		return s.Finder.ask(ctx, helper, host)
	})
}

func (s *Search) once(ctx context.Context, what question, outdated bool, ask asker) (auth.Credential, error) {
	s.mu.Lock()
	one, known := s.said[what]
	if known && !one.isRunning() && (outdated || time.Since(one.at) > goodFor) {
		known = false
	}
	if !known || !s.asking.join(one) {
		one = s.asking.begin(ctx, what, outdated, ask)
		s.said[what] = one
	}
	s.mu.Unlock()
	defer s.asking.leave(what, one)
	select {
	case <-one.done:
		if one.panicked != nil {
			panic(one.panicked)
		}
		return one.found, one.err
	case <-ctx.Done():
		return auth.EmptyCredential, ctx.Err()
	}
}

func (a *answer) isRunning() bool {
	select {
	case <-a.done:
		return false
	default:
		return true
	}
}

// askings are the helpers that run, each of which answers all operations that ask it then.
type askings struct {
	mu      sync.Mutex
	running map[question]*answer
}

// begin asks a helper, or waits for one that is being asked; not where that may be about to
// say what is out of date.
func (a *askings) begin(ctx context.Context, what question, anew bool, ask asker) *answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	if one, running := a.running[what]; running && !anew {
		one.wanted++
		return one
	}
	// It is not ended with the operation that asked first.
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	one := &answer{done: make(chan struct{}), wanted: 1, end: end}
	if a.running == nil {
		a.running = map[question]*answer{}
	}
	a.running[what] = one
	go func() {
		defer func() {
			one.panicked, one.at = recover(), time.Now()
			a.mu.Lock()
			a.drop(what, one)
			a.mu.Unlock()
			close(one.done)
			end()
		}()
		one.found, one.err = ask(ctx)
	}()
	return one
}

// join waits for an answer, unless everybody had gone away before it came.
func (a *askings) join(one *answer) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if one.abandoned {
		return false
	}
	one.wanted++
	return true
}

// leave ends a helper that nobody waits for.
func (a *askings) leave(what question, one *answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if one.wanted--; one.wanted > 0 {
		return
	}
	one.abandoned = one.isRunning()
	one.end()
	a.drop(what, one)
}

// drop takes an answer from those that are to come. The caller holds the lock.
func (a *askings) drop(what question, one *answer) {
	if a.running[what] == one {
		delete(a.running, what)
	}
}

// Forget lets go of what helpers are being asked, as when somebody has logged in or out.
func (f *Finder) Forget() {
	f.asking.mu.Lock()
	defer f.asking.mu.Unlock()
	clear(f.asking.running)
}
