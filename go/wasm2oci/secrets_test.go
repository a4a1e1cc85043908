package wasm2oci_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// The secrets of the tests below, none of which is a part of another.
const (
	thePassword = "hunter2/secret+word?"
	theToken    = "a.bearer.token-of-many-letters"
)

// shown is all that an operation tells its host.
func shown(t *testing.T, m *wasm2oci.Monitor, err error) string {
	t.Helper()
	var e *wasm2oci.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %T: %v", err, err)
	}
	detail, jsonErr := json.Marshal(e.Detail)
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	text := e.Error() + "\n" + string(detail)
	for _, record := range m.TakeRecords() {
		text += "\n" + record.Message
	}
	return text
}

// repeated is what somebody may repeat of a request: the header, and what is in it.
func repeated(r *http.Request) string {
	header := r.Header.Get("Authorization") + r.Header.Get("Proxy-Authorization")
	scheme, encoded, _ := strings.Cut(header, " ")
	pair, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return header + " and " + encoded + " and " + r.PostFormValue("refresh_token") + r.PostFormValue("password")
	}
	_, password, _ := strings.Cut(string(pair), ":")
	return fmt.Sprintf("%s %s, %s, %s, %s, %s", scheme, encoded, base64.URLEncoding.EncodeToString(pair), pair, password,
		base64.RawStdEncoding.EncodeToString([]byte(password)))
}

// The ways in which an answer repeats a text.
var repetitions = map[string]func(w http.ResponseWriter, text string){
	"message": func(w http.ResponseWriter, text string) { refuse(w, map[string]any{"code": "DENIED", "message": text}) },
	"code":    func(w http.ResponseWriter, text string) { refuse(w, map[string]any{"code": text, "message": "no"}) },
	"detail": func(w http.ResponseWriter, text string) {
		refuse(w, map[string]any{"code": "DENIED", "detail": map[string]any{text: text}})
	},
	"after a long text": func(w http.ResponseWriter, text string) {
		refuse(w, map[string]any{"code": "DENIED", "message": strings.Repeat("x", 285) + text})
	},
	"plain text": func(w http.ResponseWriter, text string) { http.Error(w, text, http.StatusBadRequest) },
	"warning": func(w http.ResponseWriter, text string) {
		w.Header().Set("Warning", `299 - "`+text+`"`)
		w.WriteHeader(http.StatusBadRequest)
	},
	"status": func(w http.ResponseWriter, text string) {
		conn, buffer, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = fmt.Fprintf(buffer, "HTTP/1.1 400 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", text)
			_ = buffer.Flush()
			_ = conn.Close()
		}
	},
	"location": func(w http.ResponseWriter, text string) {
		w.Header().Set("Location", "http://"+text+"@host:port/"+text)
		w.WriteHeader(http.StatusFound)
	},
	"host": func(w http.ResponseWriter, text string) {
		_, text, _ = strings.Cut(text, " and ")
		w.Header().Set("Location", "http://"+strings.Trim(text, " ")+".invalid/")
		w.WriteHeader(http.StatusFound)
	},
	"type": func(w http.ResponseWriter, text string) {
		w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
		_ = json.NewEncoder(w).Encode(map[string]any{"schemaVersion": 2, "mediaType": text, "config": map[string]any{"mediaType": text, "digest": text}, "layers": []any{}})
	},
	"realm": func(w http.ResponseWriter, text string) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+text+`",service="`+text+`"`)
		w.WriteHeader(http.StatusUnauthorized)
	},
}

func refuse(w http.ResponseWriter, entry map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{entry}})
}

// wantMasked fails where a text shows a secret, in any of its spellings.
func wantMasked(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		for _, spelling := range []string{secret, base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)), secret[:min(len(secret), 8)]} {
			if strings.Contains(text, spelling) {
				t.Errorf("%q is shown in\n%s", spelling, text)
			}
		}
	}
}

func TestNobodyMakesUsShowWhatTheyWereTold(t *testing.T) {
	t.Parallel()
	options := map[string]func(*wasm2oci.ClientOptions){
		"password": func(o *wasm2oci.ClientOptions) { o.Username, o.Password = "somebody", ptr(thePassword) },
		"token":    func(o *wasm2oci.ClientOptions) { o.Token = theToken },
	}
	for who, give := range options {
		for where, repeat := range repetitions {
			t.Run(who+" in "+where, func(t *testing.T) {
				t.Parallel()
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					switch {
					case strings.Contains(r.URL.Host, "invalid"):
					case r.Header.Get("Authorization") == "" && who == "password":
						w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
						w.WriteHeader(http.StatusUnauthorized)
					case r.Header.Get("Authorization") == "":
						w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+r.Host+`/token",service="x"`)
						w.WriteHeader(http.StatusUnauthorized)
					default:
						repeat(w, repeated(r))
					}
				}))
				defer server.Close()
				o := quick()
				give(&o)
				client := newClient(t, o, nil)
				for _, run := range []func(*wasm2oci.Monitor) error{
					func(m *wasm2oci.Monitor) error {
						_, err := client.Pull(wasm2oci.WithMonitor(t.Context(), m), server.Listener.Addr().String()+"/org/mod:v1", filepath.Join(t.TempDir(), "x"), wasm2oci.PullOptions{})
						return err
					},
					func(m *wasm2oci.Monitor) error {
						_, err := client.Push(wasm2oci.WithMonitor(t.Context(), m), wasm2oci.BytesSource(module("content")), server.Listener.Addr().String()+"/org/mod:v1", wasm2oci.PushOptions{})
						return err
					},
				} {
					m := &wasm2oci.Monitor{}
					err := run(m)
					wantMasked(t, shown(t, m, err), thePassword, "somebody:"+thePassword, theToken)
				}
			})
		}
	}
}

func TestTokenServicesMakeUsShowNothing(t *testing.T) {
	t.Parallel()
	const identity = "an-identity-token-of-many-letters"
	for name, config := range map[string]string{
		"password": `{"auths":{"HOST":{"auth":"` + auth("somebody", thePassword) + `"}}}`,
		"identity": `{"auths":{"HOST":{"identitytoken":"` + identity + `"}}}`,
	} {
		for where, repeat := range repetitions {
			t.Run(name+" in "+where, func(t *testing.T) {
				t.Parallel()
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/token" {
						repeat(w, repeated(r))
						return
					}
					w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+r.Host+`/token",service="x"`)
					w.WriteHeader(http.StatusUnauthorized)
				}))
				defer server.Close()
				dir := t.TempDir()
				host := server.Listener.Addr().String()
				write(t, filepath.Join(dir, "config.json"), strings.ReplaceAll(config, "HOST", host))
				client := newClient(t, quick(), wasm2oci.Environment{"DOCKER_CONFIG": dir})
				m := &wasm2oci.Monitor{}
				_, _, err := client.Fetch(wasm2oci.WithMonitor(t.Context(), m), host+"/org/mod:v1", nil, wasm2oci.FetchOptions{})
				wantMasked(t, shown(t, m, err), thePassword, "somebody:"+thePassword, identity)
			})
		}
	}
}

// A token that a token service gave is a secret like the others.
func TestTokensThatWereObtainedAreMasked(t *testing.T) {
	t.Parallel()
	for where, repeat := range repetitions {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/token":
					_, _ = io.WriteString(w, `{"token":"`+theToken+`"}`)
				case r.Header.Get("Authorization") == "":
					w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+r.Host+`/token",service="x"`)
					w.WriteHeader(http.StatusUnauthorized)
				default:
					repeat(w, repeated(r))
				}
			}))
			defer server.Close()
			m := &wasm2oci.Monitor{}
			_, _, err := newClient(t, quick(), nil).Fetch(wasm2oci.WithMonitor(t.Context(), m), server.Listener.Addr().String()+"/org/mod:v1", nil, wasm2oci.FetchOptions{})
			wantMasked(t, shown(t, m, err), theToken)
		})
	}
}

func TestProxiesMakeUsShowNothing(t *testing.T) {
	t.Parallel()
	for where, repeat := range repetitions {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { repeat(w, repeated(r)) }))
			defer server.Close()
			proxy := "http://somebody:hunter2%2Fsecret+word%3F@" + server.Listener.Addr().String()
			for _, o := range []wasm2oci.ClientOptions{{Proxy: &proxy, PlainHTTP: ptr(true), Retries: ptr(0)}, {Proxy: &proxy, Retries: ptr(0)}} {
				m := &wasm2oci.Monitor{}
				_, _, err := newClient(t, o, nil).Fetch(wasm2oci.WithMonitor(t.Context(), m), "registry.test/org/mod:v1", nil, wasm2oci.FetchOptions{})
				wantMasked(t, shown(t, m, err), thePassword, "somebody:"+thePassword)
			}
		})
	}
}
