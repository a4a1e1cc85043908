package transfer

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// unsaidLifetime is how long a token is good for whose service does not say
	// (distribution, "Token Authentication Specification": expires_in).
	unsaidLifetime = 60 * time.Second
	// longestLifetime is beyond all that a number of seconds may mean.
	longestLifetime = 366 * 24 * time.Hour
	// soonest is how long before its end a token is replaced at most; a tenth of a shorter life.
	soonest = 30 * time.Second
	// maxTokenAnswer is how much of an answer is read, as oras-go has it.
	maxTokenAnswer = 128 << 10
)

type tokenAnswerKey struct{}

// tokenAnswer is what a token service says of a token, which oras-go does not pass on.
type tokenAnswer struct {
	// given is set once there was an answer: a token of the user's comes without.
	given bool
	// lifetime is what is left of it.
	lifetime time.Duration
}

// TokenServiceError means that a token service did not answer.
type TokenServiceError struct {
	// Host is where it was asked.
	Host string
	// Err is what happened.
	Err error
}

// Error returns one line with the host.
func (e *TokenServiceError) Error() string { return "no token from " + e.Host + ": " + e.Err.Error() }

// Unwrap returns what happened.
func (e *TokenServiceError) Unwrap() error { return e.Err }

// ofTokenService marks an error of a request for a token as one of that.
func ofTokenService(req *http.Request, err error) error {
	_, asks := req.Context().Value(tokenAnswerKey{}).(*tokenAnswer)
	if !asks || err == nil || req.Context().Err() != nil {
		return err
	}
	return &TokenServiceError{req.URL.Host, err}
}

// ends returns when the token is to be replaced: before it is used too late.
func (a *tokenAnswer) ends(now time.Time) time.Time {
	if !a.given {
		return time.Time{}
	}
	return now.Add(a.lifetime - min(a.lifetime/10, soonest))
}

// read looks at the answer of a token service, which can still be read.
func (a *tokenAnswer) read(resp *http.Response) {
	if resp.StatusCode != http.StatusOK {
		return
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxTokenAnswer))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(raw), failing{err}), resp.Body}
	var said struct {
		ExpiresIn json.RawMessage `json:"expires_in"`
		IssuedAt  string          `json:"issued_at"`
	}
	_ = json.Unmarshal(raw, &said) // what is no token is told by who reads it
	a.given, a.lifetime = true, unsaidLifetime
	// Some services write the number as a text.
	if seconds, err := strconv.ParseFloat(strings.Trim(string(said.ExpiresIn), `"`), 64); err == nil && seconds > 0 {
		a.lifetime = time.Duration(min(seconds, longestLifetime.Seconds()) * float64(time.Second))
	}
	// A service may give out a token that it has had for a while. By its own clock: ours may be
	// wrong. An age that leaves nothing is a mistake in the one time or the other.
	issued, err := time.Parse(time.RFC3339, said.IssuedAt)
	if err != nil {
		return
	}
	now, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	if age := now.Sub(issued); age > 0 && age < a.lifetime {
		a.lifetime -= age
	}
}
