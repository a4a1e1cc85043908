package wasm2oci

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/registries"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// restAfterFailure is how long a mirror that failed is not asked.
const restAfterFailure = time.Minute

// resting are the mirrors of a client that failed a short while ago.
type resting struct {
	mu    sync.Mutex
	until map[string]time.Time
	pause time.Duration
}

func (r *resting) failed(host string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until[host] = time.Now().Add(r.pause)
}

func (r *resting) rests(host string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Before(r.until[host])
}

// chain is where the content of one target may be read: from mirrors, in their order, and
// from the origin after them. transfer follows it; whatever comes is verified by its
// digest, which only the answer to a tag is not.
type chain struct {
	mirrors []mirror
	origin  *transfer.Repository
	resting *resting
	// blocked says why the origin is not to be asked; the last mirror is the last place then.
	blocked error

	mu sync.Mutex
	// failures say how mirrors failed, in the words of messages, and lacks which ones did not
	// have what was asked for.
	failures, lacks []string
}

type mirror struct {
	*transfer.Repository
	reference Reference
}

// newChain returns nil where there are no mirrors.
func (c *Client) newChain(ctx context.Context, places registries.Places, logical Reference, origin *transfer.Repository, copying bool) (*chain, error) {
	if len(places.Mirrors) == 0 {
		return nil, nil //nolint:nilnil // none
	}
	chain := &chain{origin: origin, resting: c.resting, blocked: places.Blocked}
	for i, place := range places.Mirrors {
		repository, err := c.repository(ctx, place, logical, true, copying)
		if err != nil {
			return nil, err
		}
		if places.Blocked == nil || i < len(places.Mirrors)-1 {
			repository.Retries = 0 // the next one is the second try
			repository.Next = func(ctx context.Context, err error) *transfer.Repository { return chain.after(ctx, i, err) }
		}
		chain.mirrors = append(chain.mirrors, mirror{repository, place.Reference})
	}
	return chain, nil
}

// first is where reading begins.
func (c *chain) first() *transfer.Repository { return c.from(0) }

func (c *chain) from(i int) *transfer.Repository {
	for _, one := range c.mirrors[i:] {
		if !c.resting.rests(one.reference.Registry) {
			return one.Repository
		}
	}
	if c.blocked != nil {
		return c.mirrors[len(c.mirrors)-1].Repository
	}
	return c.origin
}

// after is where reading goes on after an error of a mirror.
func (c *chain) after(ctx context.Context, i int, err error) *transfer.Repository {
	if ctx.Err() != nil {
		return nil
	}
	failed := c.mirrors[i].reference
	failure := classify("", "", err)
	level := monitor.Warning
	switch failure.Kind {
	case NotFound:
		level = monitor.Debug // it need not have everything
		c.note(&c.lacks, failed, failure)
	case Unauthenticated, PermissionDenied:
		c.note(&c.failures, failed, failure)
	default:
		c.note(&c.failures, failed, failure)
		c.resting.failed(failed.Registry)
	}
	monitor.From(ctx).Log(level, "the mirror %s: %s; going on without it", placeText(failed), failure.Err)
	return c.from(i + 1)
}

func (c *chain) note(notes *[]string, failed Reference, failure *Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := fault.Textf("the mirror %s: %s", placeText(failed), failure.Err).Error()
	if !slices.Contains(*notes, text) {
		*notes = append(*notes, text)
	}
}

// explain adds to an error of the last place how the mirrors failed before it, and why
// the origin was not asked.
func (c *chain) explain(err error) error {
	if c == nil || err == nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	notes := slices.Clone(c.failures)
	if classify("", "", err).Kind != NotFound {
		notes = append(notes, c.lacks...) // Else the mirrors only say the same.
	}
	if len(notes) > 0 {
		notes[0] = "before, " + notes[0]
	}
	var blocked *Error
	if errors.As(c.blocked, &blocked) && !errors.Is(err, c.blocked) {
		notes = append(notes, fault.Textf("only mirrors were asked: %s", blocked.Err).Error())
	}
	if len(notes) == 0 {
		return err
	}
	result := classify("", "", err)
	result.Err = fault.Textf("%w (%s)", result.Err, strings.Join(notes, "; "))
	return result
}

// came says where content came from: the mirror that it came from last, unless something
// came from the origin. It is empty where nothing came.
func (c *chain) came() Origin {
	if c.origin.Served() {
		return Origin{Source: fromRegistry}
	}
	for _, one := range slices.Backward(c.mirrors) {
		if one.Served() {
			return Origin{Source: fromMirror, Mirror: placeText(one.reference)}
		}
	}
	return Origin{}
}

// placeText is a place in a registry without what it names there.
func placeText(reference Reference) string { return reference.WithTag("").String() }

// closed is the way to a registry that is not to be asked.
type closed struct{ reason error }

// RoundTrip implements http.RoundTripper.
func (c closed) RoundTrip(*http.Request) (*http.Response, error) { return nil, c.reason }
