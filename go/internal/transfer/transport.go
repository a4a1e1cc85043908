package transfer

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
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
	// ConnectTimeout bounds the making of a connection: DNS, connect, what a proxy asks, TLS.
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
	connect, idle time.Duration
	moved         *activity
	trust         func()
}

// NewTransport makes the transport of one client.
//
// It speaks HTTP/1.1 only. In HTTP/2 all transfers to a host share one
// connection, so that neither the idle limit nor a broken connection could be
// told apart by transfer.
func NewTransport(config TransportConfig) *Transport {
	transport := &Transport{connect: config.ConnectTimeout, idle: config.IdleTimeout, moved: &activity{}, Transport: &http.Transport{
		Proxy:               config.Proxy,
		TLSClientConfig:     config.TLS.Clone(),
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
	transport.DialContext = transport.dial
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
	// Proxy is the other side, if that is one that passes requests on.
	Proxy string
}

// Error returns one line with the limit.
func (e *IdleTimeoutError) Error() string { return e.fault().Error() }

// Unwrap returns the fault.
func (e *IdleTimeoutError) Unwrap() error { return e.fault() }

func (e *IdleTimeoutError) fault() *fault.Error {
	silent := fault.New(fault.Timeout, "no byte came or went for %s", fault.Seconds(e.Limit))
	if e.Proxy != "" {
		silent.Err = fault.Textf("no byte came from the proxy %s, or went there, for %s", e.Proxy, fault.Seconds(e.Limit))
	}
	return silent.WithHint("allow more with {idle_timeout}")
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
	ctx, way := connects(req.Context())
	ctx, got := t.notForEver(ctx, req.URL.Host)
	defer got()
	ctx, answered := notLong(ctx)
	defer answered()
	resp, err := t.Transport.RoundTrip(req.WithContext(ctx))
	return t.throughProxy(req, way, resp, err)
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
	// until is when its making has to be over, which may take as long as making says; zero
	// where that is not limited.
	until  time.Time
	making time.Duration
	// ready is set once it is made.
	ready atomic.Bool
}

// made says that requests go over it from now on.
func (c *idleConn) made() {
	if !c.until.IsZero() && c.ready.CompareAndSwap(false, true) {
		// Whoever reads from it already waits until the other limit.
		_ = c.SetDeadline(time.Time{})
		c.pushed.Store(0)
		c.push()
	}
}

// isMaking reports whether the limit for making it holds.
func (c *idleConn) isMaking() bool { return !c.until.IsZero() && !c.ready.Load() }

func (c *idleConn) push() {
	if c.limit <= 0 || c.isMaking() {
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
	if ok && netErr.Timeout() && c.isMaking() {
		return &ConnectTimeoutError{Limit: c.making}
	}
	if ok && netErr.Timeout() && c.limit > 0 {
		c.expired.Store(true)
	}
	if err != nil && c.expired.Load() {
		return &IdleTimeoutError{Limit: c.limit}
	}
	return err
}
