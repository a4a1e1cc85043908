package transfer_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

func TestStreamsThatNobodyReadsHoldUpNobodyForEver(t *testing.T) {
	t.Parallel()
	const limit = 2
	large := strings.Repeat("x", 16<<20)
	server, _ := serve(t, answer(http.StatusOK, large, length(large)))
	r := over(t, transfer.TransportConfig{Connections: limit, IdleTimeout: 200 * time.Millisecond}, hostOf(server), 3)
	for range limit {
		unread, err := r.GetBlob(t.Context(), blobOf(large))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = unread.Close() }()
	}
	began := time.Now()
	_, progress, err := readBlob(t, r, blobOf(large))
	wantFault(t, err, fault.Timeout, fmt.Sprintf("all %d connections to %s", limit, hostOf(server)))
	if progress.Retries != 0 {
		t.Errorf("%d retries", progress.Retries)
	}
	if elapsed := time.Since(began); elapsed > within {
		t.Errorf("ended after %s", elapsed)
	}
}

// On a clock that moves only while everybody waits: how busy the machine is does
// not matter.
func TestWaitForAConnectionThatIsAtWork(t *testing.T) {
	t.Parallel()
	const (
		limit   = 30 * time.Second
		pause   = limit - time.Second
		pauses  = 10
		readers = 3
	)
	slow := func(w http.ResponseWriter, r *http.Request) {
		answer(http.StatusOK, "", length(blob))(w, r)
		for _, one := range []byte(blob[:pauses]) {
			time.Sleep(pause)
			_, _ = w.Write([]byte{one})
			_ = http.NewResponseController(w).Flush()
		}
		_, _ = w.Write([]byte(blob[pauses:]))
	}
	one := func(dial dialFunc) connections {
		base := transfer.NewTransport(transfer.TransportConfig{Connections: 1, IdleTimeout: limit})
		base.DialWith(dial)
		return base
	}
	inBubbleOver(t, slow, one, 0, func(t *testing.T, r *transfer.Repository, _ *journal) {
		began := time.Now()
		results := make(chan error, readers)
		for range readers {
			go func() {
				_, _, err := readBlob(t, r, blobOf(blob))
				results <- err
			}()
		}
		for range readers {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		// One after the other, so that the last one waited for far longer than the limit.
		if elapsed := time.Since(began); elapsed != readers*pauses*pause {
			t.Errorf("took %s", elapsed)
		}
	})
}
