package transfer_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// step is what one try ends with: an answer or an error.
type step struct {
	status     int
	retryAfter string
	body       string // "body" where it is not given
	err        error
}

// script is a RoundTripper that follows steps, the last of them for ever, and
// notes when it was asked.
type script struct {
	steps []step
	times []time.Time
	open  int // bodies of answers that nobody closed
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	step := s.steps[min(len(s.times), len(s.steps)-1)]
	s.times = append(s.times, time.Now())
	if step.err != nil {
		return nil, step.err
	}
	s.open++
	resp := &http.Response{
		StatusCode: step.status, Status: fmt.Sprint(step.status), Header: http.Header{}, Request: req,
		Body: &closeCounter{strings.NewReader(cmp.Or(step.body, "body")), s},
	}
	if step.retryAfter != "" {
		resp.Header.Set("Retry-After", step.retryAfter)
	}
	return resp, nil
}

type closeCounter struct {
	io.Reader
	script *script
}

func (c *closeCounter) Close() error {
	c.script.open--
	return nil
}

// get sends one request in a bubble and gives what came of it, how long it took
// and what the monitor says.
func (s *script) get(ctx context.Context, t *testing.T, retries int) (*http.Response, time.Duration, *monitor.Monitor, error) {
	t.Helper()
	m := &monitor.Monitor{}
	req, err := http.NewRequestWithContext(monitor.With(ctx, m), http.MethodGet, "http://"+memory+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	resp, err := (&transfer.Retry{Base: s, Retries: retries}).RoundTrip(req)
	if resp != nil {
		if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "body" {
			t.Errorf("the body is %q, %v", body, err)
		}
		_ = resp.Body.Close()
	}
	if s.open != 0 {
		t.Errorf("%d answers were not closed", s.open)
	}
	return resp, time.Since(began), m, err
}

// took checks a duration to the millisecond, which a random wait adds at most.
func took(t *testing.T, got, want time.Duration) {
	t.Helper()
	if got < want || got > want+time.Millisecond {
		t.Errorf("it took %s, not %s", got, want)
	}
}

// timeout is an error of a deadline.
type timeout struct{ error }

func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func TestWhatIsTriedAgain(t *testing.T) {
	t.Parallel()
	dial := func(errno syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errno)}
	}
	for _, test := range []struct {
		name  string
		first step
		again bool
	}{
		{"408", step{status: 408}, true},
		{"429", step{status: 429}, true},
		{"500", step{status: 500}, true},
		{"502", step{status: 502}, true},
		{"503", step{status: 503}, true},
		{"504", step{status: 504}, true},
		{"200", step{status: 200}, false},
		{"307", step{status: 307}, false},
		{"400", step{status: 400}, false},
		{"401", step{status: 401}, false},
		{"403", step{status: 403}, false},
		{"404", step{status: 404}, false},
		{"409", step{status: 409}, false},
		{"501", step{status: 501}, false},
		{"505", step{status: 505}, false},
		{"connection refused", step{err: dial(syscall.ECONNREFUSED)}, true},
		{"connection reset", step{err: dial(syscall.ECONNRESET)}, true},
		{"broken pipe", step{err: dial(syscall.EPIPE)}, true},
		{"closed while it was sent", step{err: &net.OpError{Op: "write", Net: "tcp", Err: net.ErrClosed}}, true},
		{"closed at once", step{err: io.EOF}, true},
		{"closed half-way", step{err: io.ErrUnexpectedEOF}, true},
		{"no answer in time", step{err: &net.OpError{Op: "read", Err: timeout{errors.New("late")}}}, true},
		{"idle", step{err: &transfer.IdleTimeoutError{Limit: time.Second}}, true},
		{"no such host", step{err: &net.DNSError{Err: "no such host", Name: memory, IsNotFound: true}}, false},
		{"unknown authority", step{err: x509.UnknownAuthorityError{}}, false},
		{"wrong name", step{err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: memory}}, false},
		{"cancelled", step{err: context.Canceled}, false},
		{"anything else", step{err: errors.New("who knows")}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []step{test.first, {status: 200}}}
				resp, _, m, err := s.get(t.Context(), t, 5)
				tries, retries := len(s.times), m.Snapshot().Retries
				switch {
				case test.again:
					if tries != 2 || retries != 1 || err != nil || resp.StatusCode != 200 {
						t.Errorf("%d tries, %d counted as retries: %v", tries, retries, err)
					}
				case tries != 1 || retries != 0 || !errors.Is(err, test.first.err):
					t.Errorf("%d tries, %d counted as retries: %v", tries, retries, err)
				}
			})
		})
	}
}

func TestRetriesAreCounted(t *testing.T) {
	t.Parallel()
	for _, retries := range []int{0, 1, 5} {
		for _, last := range []step{{status: 503}, {err: io.ErrUnexpectedEOF}} {
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []step{last}}
				resp, _, m, err := s.get(t.Context(), t, retries)
				if len(s.times) != retries+1 || int(m.Snapshot().Retries) != retries {
					t.Errorf("%d retries: %d tries, %+v", retries, len(s.times), m.Snapshot())
				}
				if !errors.Is(err, last.err) || last.err == nil && resp.StatusCode != last.status {
					t.Errorf("it ended with %v, %v", resp, err)
				}
			})
		}
	}
}

func TestWaitsGrowUpToALimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{{status: 503}}}
		_, _, _, _ = s.get(t.Context(), t, 12)
		ceiling := 250 * time.Millisecond
		for i := range s.times[1:] {
			wait := s.times[i+1].Sub(s.times[i])
			if wait <= 0 || wait > ceiling+time.Millisecond {
				t.Errorf("wait %d was %s; at most %s was expected", i, wait, ceiling)
			}
			ceiling = min(ceiling*2, 8*time.Second)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	// The clock of a bubble begins at midnight, 2000-01-01.
	date := func(after time.Duration) string {
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(after).Format(http.TimeFormat)
	}
	const drawn = -1 // by chance
	for _, test := range []struct {
		name   string
		status int
		value  string
		wait   time.Duration
	}{
		{"seconds, 429", 429, "6", 6 * time.Second},
		{"seconds, 503", 503, "6", 6 * time.Second},
		{"no wait", 429, "0", 0},
		{"the longest", 429, "60", time.Minute},
		{"date", 429, date(7 * time.Second), 7 * time.Second},
		{"date that has passed", 429, date(-time.Hour), 0},
		{"negative", 429, "-5", drawn},
		{"nonsense", 429, "soon", drawn},
		{"a fraction", 429, "1.5", drawn},
		{"status without a meaning for it", 500, "6", drawn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []step{{status: test.status, retryAfter: test.value}, {status: 200}}}
				resp, elapsed, _, err := s.get(t.Context(), t, 1)
				if err != nil || resp.StatusCode != 200 {
					t.Fatalf("ended with %v, %v", resp, err)
				}
				if test.wait == drawn {
					if elapsed > 251*time.Millisecond {
						t.Errorf("it took %s", elapsed)
					}
					return
				}
				took(t, elapsed, test.wait)
			})
		})
	}
}

func TestWaitInTheBody(t *testing.T) {
	t.Parallel()
	const drawn = -1 // by chance
	for _, test := range []struct {
		name   string
		status int
		body   string
		header string
		wait   time.Duration
	}{
		{"of GHCR", 429, "toomanyrequests: retry-after: 877.2µs, allowed: 44000/minute", "", 877200 * time.Nanosecond},
		{"escaped", 429, `{"errors":[{"message":"retry-after: 877.2\u00b5s, allowed: 44000/minute"}]}`, "", 877200 * time.Nanosecond},
		{"of milliseconds", 429, `{"errors":[{"message":"retry-after: 5ms"}]}`, "", 5 * time.Millisecond},
		{"of minutes", 429, "Retry-After: 1m", "", time.Minute},
		{"without a unit", 429, "retry-after: 6", "", 6 * time.Second},
		{"beside the header", 429, "retry-after: 6s", "3", 3 * time.Second},
		{"of another unit", 429, "retry-after: 6 or 7 days", "", 6 * time.Second},
		{"that is none", 429, "retry-after: 6fortnights", "", drawn},
		{"of no number", 429, "retry-after: 1.2.3s", "", drawn},
		{"of another status", 500, "retry-after: 6s", "", drawn},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []step{{status: test.status, retryAfter: test.header, body: test.body}, {status: 200}}}
				resp, elapsed, _, err := s.get(t.Context(), t, 1)
				if err != nil || resp.StatusCode != 200 {
					t.Fatalf("ended with %v, %v", resp, err)
				}
				if test.wait != drawn {
					took(t, elapsed, test.wait)
				} else if elapsed > 251*time.Millisecond {
					t.Errorf("it took %s", elapsed)
				}
			})
		})
	}
}

func TestBodyThatWasLookedAtCanBeRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// The time is too short for a second try, so the answer is the result.
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		s := &script{steps: []step{{status: 429}}}
		resp, _, _, err := s.get(ctx, t, 5) // which reads the body
		if err != nil || resp.StatusCode != 429 {
			t.Errorf("ended with %v, %v", resp, err)
		}
	})
}

func TestWaitThatIsTooLong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		value    string
		deadline time.Duration
		wait     time.Duration
	}{
		{"a second more than is obeyed", "61", 0, 61 * time.Second},
		{"an hour", "3600", 0, time.Hour},
		{"a date next year", "Mon, 01 Jan 2001 00:00:00 GMT", 0, 366 * 24 * time.Hour},
		{"too large for 32 bits", "5000000000", 0, 100 * 365 * 24 * time.Hour},
		{"too large for 64 bits", "99999999999999999999", 0, 100 * 365 * 24 * time.Hour},
		{"beyond the deadline", "30", 20 * time.Second, 30 * time.Second},
		{"up to the deadline", "30", 30 * time.Second, 30 * time.Second},
	} {
		for _, status := range []int{429, 503} {
			t.Run(fmt.Sprint(test.name, " ", status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					ctx := t.Context()
					if test.deadline > 0 {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(ctx, test.deadline)
						defer cancel()
					}
					s := &script{steps: []step{{status: status, retryAfter: test.value}}}
					_, elapsed, _, err := s.get(ctx, t, 5)
					kind := map[int]fault.Kind{429: fault.RateLimited, 503: fault.Registry}[status]
					if asked := wantFault(t, err, kind, fault.Seconds(test.wait), "later"); asked.Detail.HTTPStatus != status {
						t.Errorf("got %+v", asked.Detail)
					}
					if elapsed != 0 || len(s.times) != 1 {
						t.Errorf("%d tries in %s", len(s.times), elapsed)
					}
				})
			})
		}
	}
}

func TestLongWaitsAreObeyedEachTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := step{status: 429, retryAfter: "50"}
		s := &script{steps: []step{slow, slow, slow, slow, slow, {status: 200}}}
		resp, elapsed, _, err := s.get(t.Context(), t, 5)
		if err != nil || resp.StatusCode != 200 {
			t.Errorf("ended with %v, %v", resp, err)
		}
		took(t, elapsed, 250*time.Second)
	})
}

func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{{status: 503}}}
		resp, elapsed, _, err := s.get(t.Context(), t, 1_000_000)
		if err != nil || resp.StatusCode != 503 {
			t.Errorf("ended with %v, %v", resp, err)
		}
		if elapsed < 30*time.Second || elapsed > 90*time.Second {
			t.Errorf("given up after %s", elapsed)
		}
	})
}

func TestDeadlineLeavesTheLastAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond/2)
		defer cancel()
		s := &script{steps: []step{{status: 503}}}
		resp, elapsed, _, err := s.get(ctx, t, 5)
		if err != nil || resp.StatusCode != 503 || elapsed != 0 {
			t.Errorf("ended with %v, %v after %s", resp, err, elapsed)
		}
	})
}

func TestCancelledWaitEndsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		s := &script{steps: []step{{status: 429, retryAfter: "60"}}}
		_, elapsed, _, err := s.get(ctx, t, 5)
		if !errors.Is(err, context.Canceled) || elapsed != 3*time.Second || len(s.times) != 1 {
			t.Errorf("ended with %v after %s and %d tries", err, elapsed, len(s.times))
		}
	})
}

func TestBodyIsSentAgainOnlyIfItCanBeRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		body  io.Reader
		tries int
	}{
		{"in memory", bytes.NewReader([]byte("body")), 2},
		{"a stream", struct{ io.Reader }{strings.NewReader("body")}, 1},
		{"none", http.NoBody, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []step{{status: 503}, {status: 201}}}
				var sent []string
				base := roundTripper(func(req *http.Request) (*http.Response, error) {
					raw, err := io.ReadAll(req.Body)
					if err != nil {
						return nil, err
					}
					sent = append(sent, string(raw))
					return s.RoundTrip(req)
				})
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+memory+"/", test.body)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := (&transfer.Retry{Base: base, Retries: 5}).RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				_ = resp.Body.Close()
				if len(sent) != test.tries || sent[0] != sent[len(sent)-1] {
					t.Errorf("sent %q", sent)
				}
			})
		})
	}
}

func TestRequestsAreLoggedWithoutSecrets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{{status: 503}, {err: io.EOF}, {status: 200}}}
		m := &monitor.Monitor{}
		req, err := http.NewRequestWithContext(monitor.With(t.Context(), m), http.MethodGet, "http://user:s3cret@"+memory+"/blob?sig=s3cret#s3cret", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&transfer.Retry{Base: s, Retries: 5}).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		warnings := 0
		for _, record := range m.TakeRecords() {
			if strings.Contains(record.Message, "s3cret") || !strings.Contains(record.Message, memory+"/blob") {
				t.Errorf("logged %q", record.Message)
			}
			if record.Level == monitor.Warning {
				warnings++
			}
		}
		if warnings != 2 {
			t.Errorf("%d warnings", warnings)
		}
	})
}

func TestWarningsOfTheRegistryAreLogged(t *testing.T) {
	t.Parallel()
	server, _ := serve(t, answer(http.StatusOK, document, "Content-Type: "+manifestType, `Warning: 299 - "closing soon"`))
	m := &monitor.Monitor{}
	if _, _, err := repository(t, hostOf(server), 0, nil).GetManifest(monitor.With(t.Context(), m), "v1"); err != nil {
		t.Fatal(err)
	}
	for _, record := range m.TakeRecords() {
		if record.Level == monitor.Warning && strings.Contains(record.Message, "closing soon") {
			return
		}
	}
	t.Error("the warning is not logged")
}
