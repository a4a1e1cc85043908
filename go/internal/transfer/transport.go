package transfer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// TransportConfig says how connections are made. Zero durations mean no limit.
type TransportConfig struct {
	// TLS is used for https; it is cloned.
	TLS *tls.Config
	// Roots returns the authorities to trust in place of those of TLS, which is needed
	// then; nil leaves them. It is called once, before the first request that may need them: many
	// programs never do, and reading a bundle of them takes as long as a pull.
	Roots func() *x509.CertPool
	// Proxy returns the proxy of a request, or nil for none.
	Proxy func(*http.Request) (*url.URL, error)
	// ConnectTimeout bounds DNS, connect and TLS handshake, each.
	ConnectTimeout time.Duration
	// IdleTimeout is how long a connection in use may carry no byte.
	IdleTimeout time.Duration
	// Connections to one host at a time; 0 means no limit.
	Connections int
}

// keepIdle is how long an unused connection is kept for the next request.
const keepIdle = 90 * time.Second

// Transport makes and keeps the connections of one client.
type Transport struct {
	*http.Transport
	idle  time.Duration
	moved *activity
	trust func()
}

// NewTransport makes the transport of one client.
//
// It speaks HTTP/1.1 only. In HTTP/2 all transfers to a host share one
// connection, so that neither the idle limit nor a broken connection could be
// told apart by transfer.
func NewTransport(config TransportConfig) *Transport {
	dialer := &net.Dialer{Timeout: config.ConnectTimeout}
	moved := &activity{}
	transport := &Transport{idle: config.IdleTimeout, moved: moved, Transport: &http.Transport{
		Proxy: config.Proxy,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			by := *dialer
			if ctx.Value(hasteKey{}) != nil && (by.Timeout == 0 || by.Timeout > hasteLimit) {
				by.Timeout = hasteLimit
			}
			conn, err := by.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &idleConn{Conn: conn, limit: config.IdleTimeout, moved: moved}, nil
		},
		TLSClientConfig:     config.TLS.Clone(),
		TLSHandshakeTimeout: config.ConnectTimeout,
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{},
		MaxConnsPerHost:     config.Connections,
		MaxIdleConnsPerHost: max(config.Connections, 4),
		IdleConnTimeout:     keepIdle,
		// A registry that does not know of Expect gets the body after this.
		ExpectContinueTimeout: time.Second,
		// Compression is for text: what we move is checked byte by byte.
		DisableCompression:     true,
		MaxResponseHeaderBytes: 1 << 20,
		WriteBufferSize:        256 << 10,
		ReadBufferSize:         256 << 10,
		OnProxyConnectResponse: checkTunnel,
	}}
	transport.trust = sync.OnceFunc(func() {
		if config.Roots != nil {
			transport.TLSClientConfig.RootCAs = config.Roots()
		}
	})
	return transport
}

// IdleTimeoutError means that a connection carried no byte for too long. It is a
// net.Error, which net/http and crypto/tls look for, and wraps its fault.
type IdleTimeoutError struct {
	Limit time.Duration
}

// Error returns one line with the limit.
func (e *IdleTimeoutError) Error() string { return e.fault().Error() }

// Unwrap returns the fault.
func (e *IdleTimeoutError) Unwrap() error { return e.fault() }

func (e *IdleTimeoutError) fault() *fault.Error {
	return fault.New(fault.Timeout, "no byte came or went for %s", fault.Seconds(e.Limit)).WithHint("allow more with {idle_timeout}")
}

// Timeout makes it a timeout in the sense of net.Error.
func (e *IdleTimeoutError) Timeout() bool { return true }

// Temporary completes net.Error.
func (e *IdleTimeoutError) Temporary() bool { return true }

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.mayNeedTLS(req) {
		t.trust()
	}
	ctx, answered := t.notForEver(notAgain(req.Context()), req.URL.Host)
	defer answered()
	resp, err := t.Transport.RoundTrip(req.WithContext(ctx))
	return t.throughProxy(req, resp, err)
}

// notAgain keeps net/http from sending a request anew, on another connection,
// after one that had been in use before was idle for too long: that would double
// the limit. What is to be tried again is for Retry to say.
func notAgain(ctx context.Context) context.Context {
	var last *idleConn
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		bare := info.Conn
		if secure, ok := bare.(*tls.Conn); ok {
			bare = secure.NetConn()
		}
		conn, ok := bare.(*idleConn)
		if !ok {
			return
		}
		if last != nil && last.expired.Load() {
			conn.expired.Store(true)
			_ = conn.Close()
		}
		last = conn
	}})
}

// idleConn ends a connection that carries no byte for the limit. Reads and
// writes both push the limit on: a server that is thinking about a long upload
// has just been written to.
type idleConn struct {
	net.Conn
	limit time.Duration
	moved *activity
	// pushed is when the deadline was last set, in Unix nanoseconds: setting
	// it anew for each of many small reads is measurable.
	pushed atomic.Int64
	// expired is set once the limit has passed. net/http closes the connection
	// then, and whoever still uses it is told of that alone.
	expired atomic.Bool
}

func (c *idleConn) push() {
	if c.limit <= 0 {
		return
	}
	now := time.Now()
	if now.UnixNano()-c.pushed.Load() < int64(c.limit/64) {
		return
	}
	c.pushed.Store(now.UnixNano())
	c.moved.Store(now.UnixNano())
	_ = c.SetDeadline(now.Add(c.limit))
}

func (c *idleConn) Read(p []byte) (int, error) {
	c.push()
	n, err := c.Conn.Read(p)
	return n, c.explain(err)
}

func (c *idleConn) Write(p []byte) (int, error) {
	c.push()
	n, err := c.Conn.Write(p)
	return n, c.explain(err)
}

// copyPiece is how much of a body is read and written at a time.
const copyPiece = 256 << 10

// ReadFrom implements io.ReaderFrom, which net/http uses for the body of a
// request: in larger pieces than its own, or by the system alone.
func (c *idleConn) ReadFrom(source io.Reader) (int64, error) {
	conn, plain := c.Conn.(*net.TCPConn)
	if limited, ok := source.(*io.LimitedReader); ok && plain {
		if body, ok := limited.R.(*uploadReader); ok && body.file != nil && body.left == limited.N {
			n, err := body.sendTo(conn, c.push)
			limited.N -= n
			return n, c.explain(err)
		}
	}
	return io.CopyBuffer(struct{ io.Writer }{c}, struct{ io.Reader }{source}, make([]byte, copyPiece))
}

func (c *idleConn) explain(err error) error {
	netErr, ok := err.(net.Error)
	if ok && netErr.Timeout() && c.limit > 0 {
		c.expired.Store(true)
	}
	if err != nil && c.expired.Load() {
		return &IdleTimeoutError{c.limit}
	}
	return err
}
