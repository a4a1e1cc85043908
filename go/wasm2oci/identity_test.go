package wasm2oci_test

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// sharedBy has an artifact of each user in one repository, under the user's name, and takes it
// for a mistake that another user asks for it.
type sharedBy struct {
	*testregistry.Registry

	mistakes, asked atomic.Int64
	issued          atomic.Int64
	passwords       sync.Map
}

const sharedUsers = "alice bob carol"

func newShared(t *testing.T, bearer bool) *sharedBy {
	t.Helper()
	shared := &sharedBy{Registry: testregistry.New(t)}
	owners := map[string]string{}
	for _, user := range strings.Fields(sharedUsers) {
		layer := shared.AddBlob("application/wasm", module(user))
		owners[user], owners[layer.Digest.String()] = user, user
		owners[shared.AddArtifact("org/mod:"+user, layer).Digest.String()] = user
		shared.passwords.Store(user, "s3cret")
	}
	isUser := func(header string) (string, bool) {
		for _, user := range strings.Fields(sharedUsers) {
			password, _ := shared.passwords.Load(user)
			if header == basicOf(user, fmt.Sprint(password)) {
				return user, true
			}
		}
		return "", false
	}
	shared.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" {
			if user, ok := isUser(r.Header.Get("Authorization")); ok {
				// It does not last for long, so that many are asked for.
				_, _ = fmt.Fprintf(w, `{"token":"%s-%d","expires_in":0.02}`, user, shared.issued.Add(1))
			} else {
				testregistry.Refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "who are you")
			}
			return true
		}
		header := r.Header.Get("Authorization")
		user, known := isUser(header)
		if token, ok := strings.CutPrefix(header, "Bearer "); ok && bearer {
			user, _, known = strings.Cut(token, "-")
		}
		if !known {
			challenge := `Basic realm="registry"`
			if bearer {
				challenge = fmt.Sprintf(`Bearer realm="http://%s/token",service="registry"`, r.Host)
			}
			w.Header().Set("WWW-Authenticate", challenge)
			testregistry.Refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "log in")
			return true
		}
		shared.asked.Add(1)
		if owner := owners[path.Base(r.URL.Path)]; owner != "" && owner != user {
			shared.mistakes.Add(1)
		}
		return false
	})
	return shared
}

func (s *sharedBy) as(user string) []wasm2oci.RegistryCredential {
	return []wasm2oci.RegistryCredential{credentialFor(s.Host, user)}
}

// inTurns does something for all users many times, as many at a time as they are users three
// times over.
func inTurns(t *testing.T, times int, do func(user string) error) {
	t.Helper()
	var running sync.WaitGroup
	for _, user := range strings.Fields(strings.Repeat(sharedUsers+" ", 3)) {
		running.Go(func() {
			for range times {
				if err := do(user); err != nil {
					t.Errorf("%s: %v", user, err)
					return
				}
			}
		})
	}
	running.Wait()
}

func TestUsersOfOneClientAreNotMixed(t *testing.T) {
	t.Parallel()
	for _, bearer := range []bool{false, true} {
		t.Run(fmt.Sprint("bearer ", bearer), func(t *testing.T) {
			t.Parallel()
			shared := newShared(t, bearer)
			client := newClient(t, quick(), nil)
			inTurns(t, 30, func(user string) error {
				_, content, err := client.Fetch(t.Context(), shared.Host+"/org/mod:"+user, nil, wasm2oci.FetchOptions{Credentials: shared.as(user)})
				if err == nil && string(content) != string(module(user)) {
					t.Errorf("%s got %q", user, content)
				}
				return err
			})
			if shared.mistakes.Load() > 0 || shared.asked.Load() < 2*9*30 {
				t.Errorf("%d of %d requests were another user's", shared.mistakes.Load(), shared.asked.Load())
			}
		})
	}
}

// Each in its place, through a mirror as well.
func TestOneIsRefusedWhileOthersGoOn(t *testing.T) {
	t.Parallel()
	for _, bearer := range []bool{false, true} {
		t.Run(fmt.Sprint("bearer ", bearer), func(t *testing.T) {
			t.Parallel()
			shared := newShared(t, bearer)
			shared.passwords.Store("bob", "changed")
			client := newClient(t, quick(), nil)
			inTurns(t, 20, func(user string) error {
				_, err := client.Resolve(t.Context(), shared.Host+"/org/mod:"+user, wasm2oci.ResolveOptions{Credentials: shared.as(user)})
				if user == "bob" {
					wantError(t, err, wasm2oci.Unauthenticated, "credential for "+shared.Host+" in credentials")
					return nil
				}
				return err
			})
			if shared.mistakes.Load() > 0 {
				t.Errorf("%d requests were another user's", shared.mistakes.Load())
			}
		})
	}
}

// Nobody of an operation is not who the client or another operation is.
func TestNobodyOfAnOperationIsNobodyElse(t *testing.T) {
	t.Parallel()
	shared := newShared(t, false)
	options := quick()
	options.Credentials = shared.as("alice")
	client := newClient(t, options, nil)
	resolve := func(list ...wasm2oci.RegistryCredential) error {
		_, err := client.Resolve(t.Context(), shared.Host+"/org/mod:alice", wasm2oci.ResolveOptions{Credentials: list})
		return err
	}
	if err := resolve(); err != nil {
		t.Fatal(err)
	}
	before := len(told(shared.Registry))
	wantError(t, resolve(wasm2oci.RegistryCredential{Registry: shared.Host + "/org/mod"}), wasm2oci.Unauthenticated, "none were given")
	wantError(t, resolve(wasm2oci.RegistryCredential{Registry: shared.Host}), wasm2oci.Unauthenticated)
	if all := told(shared.Registry); len(all) != before {
		t.Errorf("it was told %q", all[before:])
	}
	if err := resolve(credentialFor("elsewhere.test", "bob")); err != nil {
		t.Errorf("what an operation does not name is the client's: %v", err)
	}
	wantError(t, resolve(credentialFor("elsewhere.test", "b:b")), wasm2oci.InvalidArgument, "colon")
}

// The list of an operation decides, however much more closely that of the client fits.
func TestTheCredentialsOfAnOperationComeFirst(t *testing.T) {
	t.Parallel()
	shared := newShared(t, false)
	options := quick()
	options.Credentials = []wasm2oci.RegistryCredential{credentialFor(shared.Host+"/org/mod", "bob")}
	client := newClient(t, options, nil)
	if _, err := client.Resolve(t.Context(), shared.Host+"/org/mod:alice", wasm2oci.ResolveOptions{Credentials: shared.as("alice")}); err != nil {
		t.Fatal(err)
	}
	if shared.mistakes.Load() > 0 {
		t.Error("it was asked as bob")
	}
}

func TestOperationsKeepTheCredentialsThatTheyBeganWith(t *testing.T) {
	t.Parallel()
	shared := newShared(t, true)
	options := quick()
	options.Credentials = shared.as("alice")
	client := newClient(t, options, nil)
	set := func(user string) {
		if err := client.SetCredentials(shared.as(user)); err != nil {
			t.Fatal(err)
		}
	}
	fetch := func(user string) error {
		kept := client.KeepCredentials(t.Context())
		set("carol") // before it begins
		_, _, err := client.Fetch(kept, shared.Host+"/org/mod:"+user, func(size int64) ([]byte, error) {
			set("bob") // before the module is read
			return make([]byte, size), nil
		}, wasm2oci.FetchOptions{})
		return err
	}
	for _, user := range []string{"alice", "bob"} {
		if err := fetch(user); err != nil {
			t.Fatal(err)
		}
	}
	if shared.mistakes.Load() > 0 {
		t.Errorf("%d requests were another user's", shared.mistakes.Load())
	}
	// Those of one client are not another's.
	_, err := newClient(t, quick(), nil).Resolve(client.KeepCredentials(t.Context()), shared.Host+"/org/mod:bob", wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.Unauthenticated)
	// And while many of them run.
	inTurns(t, 20, func(string) error {
		set("alice")
		_, err := client.Resolve(t.Context(), shared.Host+"/org/mod:none", wasm2oci.ResolveOptions{})
		set("bob")
		if e := wantError(t, err, wasm2oci.NotFound); e.Kind != wasm2oci.NotFound {
			return err
		}
		return nil
	})
}
