package transfer

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// ConnectTimeoutError means that a connection was not made in time. It is a net.Error, and
// wraps its fault.
type ConnectTimeoutError struct {
	Limit time.Duration
	// Host is where the request was to go.
	Host string
	// Proxy is what was on the way, if anything.
	Proxy string
	// Past says that the proxy had agreed, and that the host was silent.
	Past bool
}

// Error returns one line with the limit.
func (e *ConnectTimeoutError) Error() string { return e.fault().Error() }

// Unwrap returns the fault.
func (e *ConnectTimeoutError) Unwrap() error { return e.fault() }

// Timeout makes it a timeout in the sense of net.Error.
func (e *ConnectTimeoutError) Timeout() bool { return true }

// Temporary completes net.Error.
func (e *ConnectTimeoutError) Temporary() bool { return true }

func (e *ConnectTimeoutError) fault() *fault.Error {
	within := fault.Seconds(e.Limit)
	switch {
	case e.Proxy == "":
		return fault.New(fault.Timeout, "%s did not answer within %s", e.Host, within).
			WithHint("check the host and the port, or allow more with {connect_timeout}")
	case e.Past:
		return fault.New(fault.Timeout, "%s did not answer within %s through the proxy %s", e.Host, within, e.Proxy).
			WithHint("check the host and the port, or allow more with {connect_timeout}")
	}
	return fault.New(fault.Timeout, "the proxy %s did not answer within %s", e.Proxy, within).
		WithHint("check the scheme, the host and the port in its URL, or allow more with {connect_timeout}")
}

type connectingKey struct{}

// connecting is how far a request has come on the way to a connection.
type connecting struct {
	// past is set once a proxy has agreed to a tunnel.
	past atomic.Bool
	// done is set once there is a connection.
	done atomic.Bool
	// forwarder is the proxy that passed the request on, and gave the answer.
	forwarder string
}

// forwarderOf returns the proxy that gave an answer, whether or not it is its own; "" for
// none, or a tunnel.
func forwarderOf(resp *http.Response) string {
	if way, ok := resp.Request.Context().Value(connectingKey{}).(*connecting); ok {
		return way.forwarder
	}
	return ""
}

// connects returns the context of a request that notes how far it comes.
//
// It also keeps net/http from sending a request anew, on another connection, after one
// that had been in use before was idle for too long: that would double the limit. What is
// to be tried again is for Retry to say.
func connects(ctx context.Context) (context.Context, *connecting) {
	way := &connecting{}
	var last *idleConn
	ctx = context.WithValue(ctx, connectingKey{}, way)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		way.done.Store(true)
		conn := bare(info.Conn)
		if conn == nil {
			return
		}
		conn.made()
		if last != nil && last.expired.Load() {
			conn.expired.Store(true)
			_ = conn.Close()
		}
		last = conn
	}}), way
}

// bare returns what is below TLS, which may be spoken to a proxy, and through that to the
// registry.
func bare(conn net.Conn) *idleConn {
	for {
		switch one := conn.(type) {
		case *idleConn:
			return one
		case *tls.Conn:
			conn = one.NetConn()
		default:
			return nil
		}
	}
}

// dial opens a connection, whose making the limit bounds to its end: TLS, and what a
// proxy asks before.
func (t *Transport) dial(ctx context.Context, network, address string) (net.Conn, error) {
	limit := t.connect
	if ctx.Value(hasteKey{}) != nil && (limit == 0 || limit > hasteLimit) {
		limit = hasteLimit
	}
	dialer := &net.Dialer{Timeout: limit}
	made := &idleConn{limit: t.idle, moved: t.moved}
	if limit > 0 {
		made.making, made.until = limit, time.Now().Add(limit)
	}
	conn, err := dialer.DialContext(ctx, network, address)
	var netErr net.Error
	if errors.As(err, &netErr) && netErr.Timeout() && ctx.Err() == nil {
		return nil, &ConnectTimeoutError{Limit: limit, Host: address}
	}
	if err != nil {
		return nil, err
	}
	made.Conn = conn
	if limit > 0 {
		_ = conn.SetDeadline(made.until)
	}
	return made, nil
}
