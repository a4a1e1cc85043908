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

func TestWaitForAConnectionThatIsAtWork(t *testing.T) {
	t.Parallel()
	const limit = 200 * time.Millisecond
	server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		answer(http.StatusOK, "", length(blob))(w, r)
		tick := time.NewTicker(limit / 4)
		defer tick.Stop()
		for _, one := range blob[:10] { // far longer than the limit
			<-tick.C
			_, _ = w.Write([]byte(string(one)))
			_ = http.NewResponseController(w).Flush()
		}
		_, _ = w.Write([]byte(blob[10:]))
	})
	r := over(t, transfer.TransportConfig{Connections: 1, IdleTimeout: limit}, hostOf(server), 0)
	results := make(chan error, 3)
	for range cap(results) {
		go func() {
			_, _, err := readBlob(t, r, blobOf(blob))
			results <- err
		}()
	}
	for range cap(results) {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
