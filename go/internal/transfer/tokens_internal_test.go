package transfer

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
)

// obtained has a token service answer, and returns what is used from then on.
func obtained(t *testing.T, tokens *Tokens, token string, header http.Header, body string) {
	t.Helper()
	_, err := tokens.Set(t.Context(), "registry.test", auth.SchemeBearer, "scope", func(ctx context.Context) (string, error) {
		answer, _ := ctx.Value(tokenAnswerKey{}).(*tokenAnswer)
		resp := &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(body))}
		answer.read(resp)
		if read, err := io.ReadAll(resp.Body); err != nil || string(read) != body {
			t.Errorf("%q, %v", read, err)
		}
		return token, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isKept(t *testing.T, tokens *Tokens) bool {
	t.Helper()
	_, err := tokens.GetToken(t.Context(), "registry.test", auth.SchemeBearer, "scope")
	return err == nil
}

func TestTokensAreReplacedBeforeTheyEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer string
		want   time.Duration
	}{
		"as the service says":        {`{"expires_in":300}`, 270 * time.Second},
		"a short life":               {`{"expires_in":10}`, 9 * time.Second},
		"a long life":                {`{"expires_in":7200}`, 7170 * time.Second},
		"nothing is said":            {`{}`, 54 * time.Second},
		"as a text":                  {`{"expires_in":"300"}`, 270 * time.Second},
		"a fraction":                 {`{"expires_in":100.5}`, 90 * time.Second},
		"nothing that makes sense":   {`{"expires_in":-1}`, 54 * time.Second},
		"something else":             {`{"expires_in":{}}`, 54 * time.Second},
		"no JSON":                    {`<html>`, 54 * time.Second},
		"beyond all bounds":          {`{"expires_in":1e300}`, 300 * 24 * time.Hour},
		"issued a while ago":         {`{"expires_in":300,"issued_at":"AGO100"}`, 180 * time.Second},
		"issued before its life":     {`{"expires_in":300,"issued_at":"AGO1000"}`, 270 * time.Second},
		"issued in the future":       {`{"expires_in":300,"issued_at":"AGO-1000"}`, 270 * time.Second},
		"issued at no time":          {`{"expires_in":300,"issued_at":"now"}`, 270 * time.Second},
		"the clock of the service":   {`{"expires_in":300,"issued_at":"2001-01-01T00:00:00Z"}`, 270 * time.Second},
		"the clock of the service 2": {`DATE{"expires_in":300,"issued_at":"2001-01-01T00:00:00Z"}`, 180 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tokens, header := NewTokens(), http.Header{}
				body, dated := strings.CutPrefix(test.answer, "DATE")
				if dated {
					header.Set("Date", "Mon, 01 Jan 2001 00:01:40 GMT")
				}
				for _, ago := range []time.Duration{100, 1000, -1000} {
					then := time.Now().Add(-ago * time.Second).Format(time.RFC3339)
					body = strings.ReplaceAll(body, fmt.Sprintf("%q", fmt.Sprintf("AGO%d", ago)), fmt.Sprintf("%q", then))
				}
				obtained(t, tokens, "t1", header, body)
				time.Sleep(test.want - time.Second)
				if !isKept(t, tokens) {
					t.Errorf("it is gone within %s", test.want)
				}
				if test.want > 24*time.Hour {
					return
				}
				time.Sleep(2 * time.Second)
				if isKept(t, tokens) {
					t.Errorf("it is there after %s", test.want)
				}
				obtained(t, tokens, "t2", header, body)
				if !isKept(t, tokens) {
					t.Error("the next one is not kept")
				}
			})
		})
	}
}

// What a user has said is not for the next one, even where it was on its way.
func TestTokensOfAnotherUserAreNotUsed(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*Tokens){
		"all":          (*Tokens).Forget,
		"one registry": func(tokens *Tokens) { tokens.ForgetHost("registry.test") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := NewTokens()
			obtained(t, tokens, "t1", nil, "{}")
			forget(tokens)
			if isKept(t, tokens) {
				t.Error("it is still used")
			}
			_, err := tokens.Set(t.Context(), "registry.test", auth.SchemeBearer, "scope", func(context.Context) (string, error) {
				forget(tokens)
				return "t2", nil
			})
			if err != nil || isKept(t, tokens) {
				t.Errorf("what was on its way is used: %v", err)
			}
			obtained(t, tokens, "t3", nil, "{}")
			if !isKept(t, tokens) {
				t.Error("the next one is not kept")
			}
		})
	}
}
