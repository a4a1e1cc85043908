package transfer_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// inFrontOf makes one place the mirror of another, and tells why it was left.
func inFrontOf(next, mirror *transfer.Repository) (left chan error) {
	left = make(chan error, 10)
	mirror.Next = func(_ context.Context, err error) *transfer.Repository {
		left <- err
		return next
	}
	return left
}

// A mirror that is connected and says nothing is left well before the limit for idleness.
func TestMirrorThatIsSlowToAnswer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	origin, _ := serve(t, answer(http.StatusOK, blob, length(blob)))
	slow, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for name, host := range map[string]string{"before the answer": hostOf(slow), "in TLS": listener.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mirror := repository(t, host, 5, nil)
			mirror.PlainHTTP = name != "in TLS"
			left := inFrontOf(repository(t, hostOf(origin), 0, nil), mirror)
			began := time.Now()
			if got, _, err := readBlob(t, mirror, blobOf(blob)); err != nil || got != blob {
				t.Fatalf("%q, %v", got, err)
			}
			if err := <-left; fault.KindOf(err) != fault.Timeout {
				t.Errorf("it was left for %v", err)
			}
			if elapsed := time.Since(began); elapsed > within/4 {
				t.Errorf("it took %s", elapsed)
			}
		})
	}
}

// What has begun may take as long as it likes, while it flows.
func TestMirrorThatFlowsSlowly(t *testing.T) {
	t.Parallel()
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", length(blob)[len("Content-Length: "):])
		began := time.Now()
		for i, piece := range []string{blob[:1], blob[1:2], blob[2:]} {
			_, _ = io.WriteString(w, piece)
			_ = http.NewResponseController(w).Flush()
			select { // beyond the limit in all
			case <-time.After(time.Until(began.Add(time.Duration(i+1) * transfer.AnswerLimit()))):
			case <-r.Context().Done():
			}
		}
	}))
	t.Cleanup(slow.Close)
	mirror := repository(t, hostOf(slow), 0, nil)
	left := inFrontOf(nil, mirror)
	if got, _, err := readBlob(t, mirror, blobOf(blob)); err != nil || got != blob {
		t.Errorf("%q, %v", got, err)
	}
	if len(left) > 0 {
		t.Errorf("it was left for %v", <-left)
	}
}
