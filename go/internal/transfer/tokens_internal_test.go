package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// obtained has a token service answer, and returns what is used from then on.
func obtained(t *testing.T, tokens *Tokens, token string, header http.Header, body string) {
	t.Helper()
	_, err := tokens.Of("me").Set(t.Context(), "registry.test", auth.SchemeBearer, "scope", func(ctx context.Context) (string, error) {
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
	_, err := tokens.Of("me").GetToken(t.Context(), "registry.test", auth.SchemeBearer, "scope")
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

// What was said is not for whoever comes after a login, even where it was on its way.
func TestTokensAreForgotten(t *testing.T) {
	t.Parallel()
	tokens := NewTokens()
	obtained(t, tokens, "t1", nil, "{}")
	tokens.Forget()
	if isKept(t, tokens) {
		t.Error("it is still used")
	}
	_, err := tokens.Of("me").Set(t.Context(), "registry.test", auth.SchemeBearer, "scope", func(context.Context) (string, error) {
		tokens.Forget()
		return "t2", nil
	})
	if err != nil || isKept(t, tokens) {
		t.Errorf("what was on its way is used: %v", err)
	}
	obtained(t, tokens, "t3", nil, "{}")
	if !isKept(t, tokens) {
		t.Error("the next one is not kept")
	}
}

// saying obtains a token as a request does whose registry named a token service.
func saying(ctx context.Context, tokens *Tokens, user any, realm string, fetch func(context.Context) (string, error)) (string, error) {
	ctx = context.WithValue(ctx, usedKey{}, &used{realm: realm})
	return tokens.Of(user).Set(ctx, "registry.test", auth.SchemeBearer, "scope", fetch)
}

func giving(token string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return token, nil }
}

func TestTokensOfAnotherUserAreNotUsed(t *testing.T) {
	t.Parallel()
	tokens := NewTokens()
	users := []any{auth.Credential{Username: "alice", Password: "1"}, auth.Credential{Username: "alice", Password: "2"}, "files"}
	for number, user := range users {
		cache := tokens.Of(user)
		if scheme, err := cache.GetScheme(t.Context(), "registry.test"); err == nil {
			t.Errorf("%v is known by %s", user, scheme)
		}
		want := fmt.Sprint(number)
		if got, err := saying(t.Context(), tokens, user, "r", giving(want)); got != want || err != nil {
			t.Errorf("%v was given %q, %v", user, got, err)
		}
	}
	for number, user := range users {
		if got, err := tokens.Of(user).GetToken(t.Context(), "registry.test", auth.SchemeBearer, "scope"); got != fmt.Sprint(number) || err != nil {
			t.Errorf("%v uses %q, %v", user, got, err)
		}
	}
}

// One that another token service has given is not what is asked for.
func TestATokenIsThatOfItsService(t *testing.T) {
	t.Parallel()
	tokens := NewTokens()
	for _, test := range []struct{ realm, gives, want string }{{"a", "1", "1"}, {"a", "2", "1"}, {"b", "3", "3"}, {"b", "4", "3"}} {
		if got, err := saying(t.Context(), tokens, "me", test.realm, giving(test.gives)); got != test.want || err != nil {
			t.Errorf("%s: %q, %v", test.realm, got, err)
		}
	}
}

// While one user's question is not answered, the other's is; who asks the same waits for it.
func TestOneQuestionIsForOneUser(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tokens, answered := NewTokens(), make(chan struct{})
		slowly := func(token string) func(context.Context) (string, error) {
			return func(context.Context) (string, error) { <-answered; return token, nil }
		}
		var running sync.WaitGroup
		for _, gives := range []string{"first", "second", "third"} {
			running.Go(func() {
				if got, err := saying(t.Context(), tokens, "alice", "r", slowly(gives)); got != "first" || err != nil {
					t.Errorf("%q, %v", got, err)
				}
			})
			synctest.Wait()
		}
		if got, err := saying(t.Context(), tokens, "bob", "r", giving("bob's")); got != "bob's" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		close(answered)
		running.Wait()
	})
}

// Who waits for an answer does not share what befell whoever asked.
func TestAQuestionGoesOnWithoutWhoeverAsked(t *testing.T) {
	t.Parallel()
	refusal := &errcode.ErrorResponse{StatusCode: http.StatusUnauthorized, URL: &url.URL{}, Method: http.MethodGet}
	for name, test := range map[string]struct {
		fails   error
		cancels bool
		want    string
	}{
		"broken off":          {context.Canceled, true, "own"},
		"no helper":           {errors.New("no helper"), false, "own"},
		"refused for all":     {fmt.Errorf("GET: %w", refusal), false, ""},
		"refused, broken off": {fmt.Errorf("GET: %w", refusal), true, "own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tokens, failing := NewTokens(), make(chan struct{})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var running sync.WaitGroup
				running.Go(func() {
					_, err := saying(ctx, tokens, "me", "r", func(context.Context) (string, error) { <-failing; return "", test.fails })
					if !errors.Is(err, test.fails) {
						t.Errorf("who asked: %v", err)
					}
				})
				synctest.Wait()
				running.Go(func() {
					if got, err := saying(t.Context(), tokens, "me", "r", giving("own")); got != test.want || (err == nil) != (got != "") {
						t.Errorf("who waited: %q, %v", got, err)
					}
				})
				synctest.Wait()
				if test.cancels {
					cancel()
				}
				close(failing)
				running.Wait()
			})
		})
	}
}

// A client may meet any number of repositories.
func TestTokensAreBounded(t *testing.T) {
	t.Parallel()
	tokens := NewTokens()
	for number := range 3*mostTokens + 1 {
		key := fmt.Sprintf("repository:%d:pull", number)
		for range 2 { // the second time there is one
			token, err := tokens.Of("me").Set(t.Context(), "registry.test", auth.SchemeBearer, key, func(context.Context) (string, error) { return key, nil })
			if err != nil || token != key {
				t.Fatal(token, err)
			}
		}
	}
	if len(tokens.last) > mostTokens {
		t.Errorf("%d are kept", len(tokens.last))
	}
	if token, err := tokens.Of("me").GetToken(t.Context(), "registry.test", auth.SchemeBearer, fmt.Sprintf("repository:%d:pull", 3*mostTokens)); err != nil {
		t.Errorf("the last one is gone: %q, %v", token, err)
	}
}
