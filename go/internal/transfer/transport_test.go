package transfer_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// within is far more than any of these tests needs, and far less than a hang.
const within = 20 * time.Second

// over returns a repository whose connections are made as config says.
func over(t *testing.T, config transfer.TransportConfig, host string, retries int) *transfer.Repository {
	t.Helper()
	base := transfer.NewTransport(config)
	t.Cleanup(base.CloseIdleConnections)
	return repositoryOver(base, host, retries, nil)
}

// quiet is for servers whose clients are expected to hang up.
var quiet = log.New(io.Discard, "", 0)

// stall says nothing until the test is over.
func stall(t *testing.T) { <-t.Context().Done() }

// A host that never answered is more likely a mistake than a registry that starts
// anew.
func TestRefusedConnectionIsTriedOnceMore(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := listener.Addr().String()
	_ = listener.Close()
	started := time.Now()
	_, progress, err := readBlob(t, repository(t, host, 5, nil), blobOf(blob))
	if !errors.Is(err, syscall.ECONNREFUSED) || progress.Retries != 1 || time.Since(started) > time.Second {
		t.Errorf("%v after %d retries in %s", err, progress.Retries, time.Since(started))
	}
}

func TestRegistryThatStartsAnewIsWaitedFor(t *testing.T) {
	t.Parallel()
	server, _ := serve(t, answer(404, ""))
	repository := repository(t, hostOf(server), 3, nil)
	if _, _, err := readBlob(t, repository, blobOf(blob)); err == nil {
		t.Fatal("it was there")
	}
	server.CloseClientConnections()
	server.Close()
	_, progress, err := readBlob(t, repository, blobOf(blob))
	if !errors.Is(err, syscall.ECONNREFUSED) || progress.Retries != 3 {
		t.Errorf("%v after %d retries", err, progress.Retries)
	}
}

func TestSilentConnectionIsGivenUp(t *testing.T) {
	t.Parallel()
	const limit = 200 * time.Millisecond
	large := strings.Repeat("x", 64<<20)
	for _, test := range []struct {
		name   string
		handle func(*testing.T, http.ResponseWriter, *http.Request)
		ask    func(*testing.T, *transfer.Repository) error
	}{
		{"before the headers", func(t *testing.T, _ http.ResponseWriter, _ *http.Request) { stall(t) }, func(t *testing.T, r *transfer.Repository) error {
			t.Helper()
			_, _, err := readBlob(t, r, blobOf(blob))
			return err
		}},
		{"in the body", func(t *testing.T, w http.ResponseWriter, r *http.Request) {
			answer(http.StatusOK, blob[:20], length(blob))(w, r)
			_ = http.NewResponseController(w).Flush()
			stall(t)
		}, func(t *testing.T, r *transfer.Repository) error {
			t.Helper()
			_, _, err := readBlob(t, r, blobOf(blob))
			return err
		}},
		{"in the upload", func(t *testing.T, w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				(&sessions{}).ServeHTTP(w, r)
				return
			}
			// Nobody reads the body; the client learns of it when all buffers
			// are full.
			stall(t)
		}, func(t *testing.T, r *transfer.Repository) error {
			t.Helper()
			_, err := put(t.Context(), r, blobOf(large), opener(large))
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { test.handle(t, w, r) })
			r := over(t, transfer.TransportConfig{IdleTimeout: limit}, hostOf(server), 0)
			began := time.Now()
			idle := wantAs[*transfer.IdleTimeoutError](t, test.ask(t, r))
			if elapsed := time.Since(began); elapsed < limit || elapsed > within {
				t.Errorf("given up after %s", elapsed)
			}
			if idle.Limit != limit || !idle.Timeout() {
				t.Errorf("got %+v: %s", idle, idle)
			}
			wantFault(t, idle, fault.Timeout, fault.Seconds(limit), "idle_timeout")
		})
	}
}

// net/http sends a request again by itself where a connection was used before.
func TestSilenceOnAUsedConnectionIsNotTriedTwice(t *testing.T) {
	t.Parallel()
	const limit = 200 * time.Millisecond
	for _, secure := range []bool{false, true} {
		var asked atomic.Int32
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) > 1 {
				stall(t)
			}
			answer(http.StatusOK, blob, length(blob))(w, r)
		}))
		server.Config.ErrorLog = quiet
		config := transfer.TransportConfig{IdleTimeout: limit}
		if secure {
			server.StartTLS()
			config.TLS = &tls.Config{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12}
		} else {
			server.Start()
		}
		t.Cleanup(server.Close)
		r := over(t, config, hostOf(server), 0)
		r.PlainHTTP = !secure
		if _, _, err := readBlob(t, r, blobOf(blob)); err != nil {
			t.Fatal(err)
		}
		_, _, err := readBlob(t, r, blobOf(blob))
		wantAs[*transfer.IdleTimeoutError](t, err)
		if got := asked.Load(); got != 2 {
			t.Errorf("secure %t: the server was asked %d times", secure, got)
		}
	}
}

func TestSlowConnectionIsNotGivenUp(t *testing.T) {
	t.Parallel()
	const limit = 400 * time.Millisecond
	server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		answer(http.StatusOK, "", length(blob))(w, r)
		ticker := time.NewTicker(limit / 20)
		defer ticker.Stop()
		for i := range blob {
			<-ticker.C
			_, _ = io.WriteString(w, blob[i:i+1])
			_ = http.NewResponseController(w).Flush()
		}
	})
	r := over(t, transfer.TransportConfig{IdleTimeout: limit}, hostOf(server), 0)
	began := time.Now()
	got, _, err := readBlob(t, r, blobOf(blob))
	if err != nil || got != blob {
		t.Errorf("read %q, %v", got, err)
	}
	if elapsed := time.Since(began); elapsed < limit {
		t.Errorf("the test was over after %s, within the limit", elapsed)
	}
}

func TestConnectionLeftIdleIsReplaced(t *testing.T) {
	t.Parallel()
	const limit = 50 * time.Millisecond
	closed := make(chan struct{}, 1)
	server := httptest.NewUnstartedServer(answer(http.StatusOK, blob, length(blob)))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			closed <- struct{}{}
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	r := over(t, transfer.TransportConfig{IdleTimeout: limit}, hostOf(server), 0)
	for range 2 {
		if _, _, err := readBlob(t, r, blobOf(blob)); err != nil {
			t.Fatal(err)
		}
		<-closed
	}
}

func TestSilentTLSServerIsGivenUp(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	r := over(t, transfer.TransportConfig{ConnectTimeout: 100 * time.Millisecond}, listener.Addr().String(), 0)
	r.PlainHTTP = false
	began := time.Now()
	_, _, err = readBlob(t, r, blobOf(blob))
	var netErr net.Error
	if !errors.As(err, &netErr) || !netErr.Timeout() || time.Since(began) > within {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

func TestDeadlineHoldsForASilentServer(t *testing.T) {
	t.Parallel()
	server, _ := serve(t, func(http.ResponseWriter, *http.Request) { stall(t) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, _, err := repository(t, hostOf(server), 5, nil).GetManifest(ctx, "v1")
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > within {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

func TestConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	const limit = 3
	var running, most atomic.Int32
	full := make(chan struct{})
	server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if now := running.Add(1); now > most.Load() {
			most.Store(now)
			if now == limit {
				close(full)
			}
		}
		<-full
		running.Add(-1)
		answer(http.StatusOK, blob, length(blob))(w, r)
	})
	r := over(t, transfer.TransportConfig{Connections: limit}, hostOf(server), 0)
	results := make(chan error, 20)
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
	if most.Load() != limit {
		t.Errorf("%d at a time", most.Load())
	}
}

func TestTransfersDoNotShareAConnection(t *testing.T) {
	t.Parallel()
	protocols := make(chan string, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocols <- r.Proto
		answer(http.StatusOK, blob)(w, r)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	r := over(t, transfer.TransportConfig{TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}, hostOf(server), 0)
	r.PlainHTTP = false
	if _, _, err := readBlob(t, r, blobOf(blob)); err != nil {
		t.Fatal(err)
	}
	if got := <-protocols; got != "HTTP/1.1" {
		t.Errorf("it was spoken %s", got)
	}
}

func TestProxyIsAsked(t *testing.T) {
	t.Parallel()
	proxy, seen := serve(t, answer(http.StatusOK, blob))
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	r := over(t, transfer.TransportConfig{Proxy: http.ProxyURL(address)}, memory, 0)
	if _, _, err := readBlob(t, r, blobOf(blob)); err != nil {
		t.Fatal(err)
	}
	seen.wantLines(t, "GET http://"+memory+"/v2/org/mod/blobs/"+blobOf(blob).Digest.String())
}
