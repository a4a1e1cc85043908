package transfer

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// Tokens keeps what was said to registries, each word by who said it: what one user was
// given is never said for another one, nor is it what another one waits for.
//
// It knows what auth.NewCache does not: when a token ends, that one was refused, since not
// every registry says of one that has expired that it wants another, and that somebody else
// has just asked for one.
type Tokens struct {
	mu   sync.Mutex
	last map[tokenID]kept
	// schemes is how users are known to registries.
	schemes map[speaker]auth.Scheme
	asking  map[question]*asking
	// forgotten is how often all was let go of.
	forgotten int
}

// mostTokens is how many tokens are kept: each user and repository has its own, and a client
// may meet any number of those. Beyond, all are let go of, to be asked for again.
const mostTokens = 1024

// speaker is a user of one registry. Users differ where these differ, which are compared.
type speaker struct {
	user any
	host string
}

// tokenID is what a token is for: the key is the scopes, or empty for a password.
type tokenID struct {
	speaker

	scheme auth.Scheme
	key    string
}

// kept is the token that was obtained last.
type kept struct {
	token string
	// realm is the service that gave it.
	realm string
	// ends is when it is not to be used any more; zero where that is not known.
	ends    time.Time
	refused bool
}

// question is what a token service is asked by one of all who want to know.
type question struct {
	tokenID

	realm string
}

// asking is a question that was not answered yet.
type asking struct {
	done  chan struct{}
	token string
	err   error
	// given is set where whoever asked was broken off.
	givenUp bool
}

// NewTokens returns an empty one.
func NewTokens() *Tokens {
	tokens := &Tokens{asking: map[question]*asking{}}
	tokens.Forget()
	return tokens
}

// Forget lets go of all that was said, as when somebody has logged in or out.
func (t *Tokens) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	t.forgotten++
	// Who asked before has asked as somebody else.
	t.asking = map[question]*asking{}
}

func (t *Tokens) clear() {
	t.last, t.schemes = map[tokenID]kept{}, map[speaker]auth.Scheme{}
}

// Of returns what is said by one user, whom a comparable value stands for.
func (t *Tokens) Of(user any) auth.Cache { return &tokensOf{t, user} }

type tokensOf struct {
	*Tokens

	user any
}

// GetScheme implements auth.Cache.
func (t *tokensOf) GetScheme(_ context.Context, host string) (auth.Scheme, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	scheme, known := t.schemes[speaker{t.user, host}]
	if !known {
		return auth.SchemeUnknown, errdef.ErrNotFound
	}
	return scheme, nil
}

// GetToken implements auth.Cache.
func (t *tokensOf) GetToken(ctx context.Context, host string, scheme auth.Scheme, key string) (string, error) {
	id := tokenID{speaker{t.user, host}, scheme, key}
	t.mu.Lock()
	defer t.mu.Unlock()
	good, ok := t.good(id)
	if !ok {
		return "", errdef.ErrNotFound
	}
	usedOf(ctx).note(t.Tokens, id, good.token)
	return good.token, nil
}

// good returns the token that was obtained last, if it may be used.
func (t *Tokens) good(id tokenID) (kept, bool) {
	one, ok := t.last[id]
	return one, ok && !one.refused && (one.ends.IsZero() || time.Now().Before(one.ends))
}

// Set implements auth.Cache. Of many requests of one user that want a token at the same time
// one asks.
func (t *tokensOf) Set(ctx context.Context, host string, scheme auth.Scheme, key string, fetch func(context.Context) (string, error)) (string, error) {
	one := usedOf(ctx)
	what := question{tokenID: tokenID{speaker{t.user, host}, scheme, key}}
	if one != nil {
		what.realm = one.realm
	}
	token, err := t.obtain(ctx, what, fetch)
	if err == nil && one != nil {
		one.note(t.Tokens, what.tokenID, token)
		one.fetched = true
	}
	return token, err
}

func (t *Tokens) obtain(ctx context.Context, what question, fetch func(context.Context) (string, error)) (string, error) {
	for {
		t.mu.Lock()
		// Somebody may have got one after this request was sent.
		if good, ok := t.good(what.tokenID); ok && good.realm == what.realm {
			if one := usedOf(ctx); one != nil && !slices.Contains(one.sent, good.token) {
				t.mu.Unlock()
				return good.token, nil
			}
		}
		other, found := t.asking[what]
		if !found {
			own := &asking{done: make(chan struct{})}
			t.asking[what] = own
			t.mu.Unlock()
			return t.ask(ctx, what, own, fetch)
		}
		t.mu.Unlock()
		select {
		case <-other.done:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
		switch {
		case other.givenUp:
			continue
		case other.err == nil, isRefusal(other.err):
			return other.token, other.err
		}
		// What went wrong may be its own; and if it takes long, it should not do so for one after
		// the other.
		return t.fetch(ctx, what, fetch)
	}
}

// ask fetches a token for all who wait for it.
func (t *Tokens) ask(ctx context.Context, what question, own *asking, fetch func(context.Context) (string, error)) (string, error) {
	own.givenUp = true // unless it comes to its end
	defer func() {
		t.mu.Lock()
		if t.asking[what] == own {
			delete(t.asking, what)
		}
		t.mu.Unlock()
		close(own.done)
	}()
	own.token, own.err = t.fetch(ctx, what, fetch)
	own.givenUp = own.err != nil && ctx.Err() != nil
	return own.token, own.err
}

// fetch fetches a token and keeps it, unless all was let go of meanwhile: it may be that of a
// user who is not meant any more.
func (t *Tokens) fetch(ctx context.Context, what question, fetch func(context.Context) (string, error)) (string, error) {
	t.mu.Lock()
	before := t.forgotten
	t.mu.Unlock()
	answer := &tokenAnswer{}
	token, err := fetch(context.WithValue(ctx, tokenAnswerKey{}, answer))
	if err != nil {
		return "", err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.forgotten != before {
		return token, nil
	}
	if len(t.last) >= mostTokens {
		t.clear()
	}
	t.last[what.tokenID] = kept{token: token, realm: what.realm, ends: answer.ends(time.Now())}
	t.schemes[what.speaker] = what.scheme
	return token, nil
}

// isRefusal reports whether a token service has answered, which it does alike to all who ask
// for the same user.
func isRefusal(err error) bool {
	var answer *errcode.ErrorResponse
	return errors.As(err, &answer)
}
