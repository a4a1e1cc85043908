package transfer

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

const (
	firstWait = 250 * time.Millisecond
	longWait  = 8 * time.Second
	// patience is how long one request is tried again, the waits that a
	// registry asks for not counted: a registry that fails for ever is given
	// up well within 90 s.
	patience = 45 * time.Second
	// longestRetryAfter is the longest wait asked for that is obeyed.
	longestRetryAfter = 60 * time.Second
	// maxWarnings is how many warnings of an answer are logged.
	maxWarnings = 10
	// longestNamed is the longest wait that is named in a message, in seconds.
	longestNamed = 100 * 365 * 24 * 60 * 60
)

// tooLongToWait returns the fault of a registry that asks for a longer wait than is
// obeyed, or than the deadline leaves.
func tooLongToWait(wait time.Duration, status int) error {
	kind := fault.Registry
	if status == http.StatusTooManyRequests {
		kind = fault.RateLimited
	}
	asked := fault.New(kind, "the registry answered %d and asks to wait %s before the next request", status, fault.Seconds(wait.Round(time.Second))).
		WithHint("try again later")
	asked.Detail.HTTPStatus = status
	return asked
}

// Retry is a RoundTripper that sends a request again when that may help.
//
// A request with a body is sent again only if it can be read again (GetBody), and
// not at all under withoutRetry.
type Retry struct {
	// Base sends the requests.
	Base http.RoundTripper
	// Retries is how often a request is sent again at most.
	Retries int

	// answered has the hosts that ever answered.
	answered sync.Map
}

// RoundTrip implements http.RoundTripper.
func (t *Retry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	tries := newAttempts(t.Retries)
	for {
		resp, err := t.roundTrip(req)
		logRequest(ctx, req, resp, err)
		if err == nil {
			t.answered.Store(req.URL.Host, true)
		}
		if ctx.Value(withoutRetryKey{}) != nil || !rewindable(req) {
			return resp, ofTokenService(req, err)
		}
		_, known := t.answered.Load(req.URL.Host)
		if !known && isSilentProxy(err) {
			return resp, ofTokenService(req, err) // more likely no proxy; a second wait would tell no more
		}
		if errors.Is(err, syscall.ECONNREFUSED) && !known || IsHangUp(err) && ctx.Value(probeKey{}) != nil {
			// More likely a mistake in the address than a registry that starts anew;
			// and what a probe does not learn, the next request does.
			tries.left = min(tries.left, 1-tries.made)
		}
		again, waitErr := tries.again(ctx, req.Method+" "+Redact(req.URL), resp, err)
		if waitErr != nil {
			return nil, ofTokenService(req, waitErr)
		}
		if !again {
			return resp, ofTokenService(req, err)
		}
		if req.Body != nil && req.Body != http.NoBody {
			body, bodyErr := req.GetBody()
			if bodyErr != nil {
				return nil, bodyErr
			}
			req = req.Clone(ctx)
			req.Body = body
		}
	}
}

// roundTrip sends a request once. Nothing that the answer repeats of the secrets gets
// further than here.
func (t *Retry) roundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.Base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	maskRefusal(req, resp)
	if realm, one := settleChallenge(resp), usedOf(req.Context()); realm != "" && one != nil {
		one.realm = realm
	}
	if answer, ok := req.Context().Value(tokenAnswerKey{}).(*tokenAnswer); ok {
		answer.read(resp)
	}
	if err := checkLocation(req, resp); err != nil {
		discard(resp)
		return nil, err
	}
	return resp, nil
}

// CloseIdleConnections lets http.Client close the connections below.
func (t *Retry) CloseIdleConnections() {
	if base, ok := t.Base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

type withoutRetryKey struct{}

// withoutRetry marks requests that must not simply be sent again, such as the
// end of an upload: after a failure its session may be gone.
func withoutRetry(ctx context.Context) context.Context {
	return context.WithValue(ctx, withoutRetryKey{}, true)
}

type probeKey struct{}

// probing marks a request whose question can be asked in another way, so that
// it is not worth many tries.
func probing(ctx context.Context) context.Context {
	return context.WithValue(ctx, probeKey{}, true)
}

// attempts counts the tries of one request, or of one upload.
type attempts struct {
	left, made int
	started    time.Time
	obeyed     time.Duration
}

func newAttempts(retries int) *attempts {
	return &attempts{left: retries, started: time.Now()}
}

// again decides about an answer or an error to what was asked. If it says true,
// the answer is discarded and the wait is over; an error is one that ends all
// tries.
func (a *attempts) again(ctx context.Context, asked string, resp *http.Response, err error) (bool, error) {
	reason := retryReason(ctx, resp, err)
	if reason == "" || a.left <= 0 || time.Since(a.started)-a.obeyed > patience {
		return false, nil
	}
	wait, told := retryAfter(resp)
	if !told {
		wait = backoff(a.made)
	}
	if wait > longestRetryAfter || !withinDeadline(ctx, wait) {
		if !told {
			return false, nil
		}
		discard(resp)
		return false, tooLongToWait(wait, resp.StatusCode)
	}
	discard(resp)
	m := monitor.From(ctx)
	m.Retry()
	m.Log(monitor.Warning, "%s: %s; next try in %s", asked, reason, fault.Seconds(wait.Round(time.Millisecond)))
	if err := sleep(ctx, wait); err != nil {
		return false, err
	}
	if told {
		a.obeyed += wait
	}
	a.left--
	a.made++
	return true, nil
}

func rewindable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// retryReason says why a request should be sent again, or "" if it should not.
func retryReason(ctx context.Context, resp *http.Response, err error) string {
	if err == nil {
		switch resp.StatusCode {
		case http.StatusRequestTimeout, http.StatusTooManyRequests,
			http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return "HTTP " + strconv.Itoa(resp.StatusCode)
		}
		return ""
	}
	if ctx.Err() != nil {
		return ""
	}
	var netErr net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case IsHangUp(err):
		return "connection closed early"
	case errors.As(err, &netErr) && netErr.Timeout():
		return "no answer in time"
	}
	return ""
}

// IsHangUp reports whether the other side ended a connection. Which of these is
// seen is a matter of time: while a request is being sent, net/http may close the
// connection, on account of what it has read, under whoever writes to it.
func IsHangUp(err error) bool {
	for _, sign := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE} {
		if errors.Is(err, sign) {
			return true
		}
	}
	return false
}

// retryAfter reads the wait that a registry asks for, in seconds or as a date
// (RFC 9110, section 10.2.3), where its status may carry one.
func retryAfter(resp *http.Response) (time.Duration, bool) {
	if resp == nil || resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return 0, false
	}
	value := resp.Header.Get("Retry-After")
	// Of a number beyond all bounds ParseInt returns the bound.
	if seconds, err := strconv.ParseInt(value, 10, 64); (err == nil || errors.Is(err, strconv.ErrRange)) && seconds >= 0 {
		return time.Duration(min(seconds, longestNamed)) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(time.Until(date), 0), true
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		return waitInBody(resp)
	}
	return 0, false
}

// waitText is how GHCR says in a message how long to wait: "retry-after: 877.2µs,
// allowed: 44000/minute". The µ of a JSON text may be escaped.
var waitText = regexp.MustCompile(`(?i)retry-after: *([0-9.]+)(ns|us|µs|\\u00b5s|ms|s|m|h|)(?:[^0-9.a-z\\]|$)`)

// waitInBody looks for the wait in the body.
func waitInBody(resp *http.Response) (time.Duration, bool) {
	begin, err := peek(resp)
	if err != nil {
		return 0, false
	}
	found := waitText.FindSubmatch(begin)
	if found == nil {
		return 0, false
	}
	unit := string(found[2])
	switch {
	case unit == "":
		unit = "s"
	case strings.HasPrefix(unit, `\u`):
		unit = "us"
	}
	wait, err := time.ParseDuration(string(found[1]) + unit)
	return wait, err == nil
}

// backoff doubles with each attempt and is drawn at random below that, so that
// many clients do not come back together.
func backoff(attempt int) time.Duration {
	ceiling := min(firstWait<<min(attempt, 10), longWait)
	return rand.N(ceiling) + time.Millisecond
}

// Pause waits as before a second try.
func Pause(ctx context.Context) error { return sleep(ctx, firstWait) }

func withinDeadline(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Now().Add(wait).Before(deadline)
}

func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// discard ends a response so that its connection can be used again.
func discard(resp *http.Response) {
	if resp == nil {
		return
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	_ = resp.Body.Close()
}

func logRequest(ctx context.Context, req *http.Request, resp *http.Response, err error) {
	m := monitor.From(ctx)
	if err != nil {
		m.Log(monitor.Debug, "%s %s: %s", req.Method, Redact(req.URL), RedactError(err))
		return
	}
	m.Log(monitor.Debug, "%s %s: %s", req.Method, Redact(req.URL), resp.Status)
	warnings := resp.Header.Values("Warning")
	for _, warning := range warnings[:min(len(warnings), maxWarnings)] {
		m.Log(monitor.Warning, "%s: %s", req.URL.Host, warning)
	}
}
