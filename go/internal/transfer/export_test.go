package transfer

import (
	"context"
	"net"
	"time"
)

// DialWith has t connect by dial instead of the network. Its limits hold for what
// dial returns.
func (t *Transport) DialWith(dial func(ctx context.Context, network, address string) (net.Conn, error)) {
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &idleConn{Conn: conn, limit: t.idle, moved: t.moved}, nil
	}
}

// Tests do not wait for mirrors as long as users do.
func init() { hasteLimit, answerLimit = time.Second, time.Second }

// AnswerLimit is how long a mirror may be silent.
func AnswerLimit() time.Duration { return answerLimit }
