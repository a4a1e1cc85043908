package wasm2oci_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/wasm2oci/wasm2oci/go/internal/testregistry"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// registriesConf writes a registries.conf, in which hosts stand for %s.
func registriesConf(t *testing.T, content string, hosts ...any) *string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registries.conf")
	write(t, path, fmt.Sprintf(content, hosts...))
	return &path
}

const oneMirror = "[[registry]]\nlocation='%s'\n[[registry.mirror]]\nlocation='%s'\n"

// mirroredModule is a registry, its mirror, which has the same module, and a client.
type mirroredModule struct {
	origin, mirror *testregistry.Registry
	client         *wasm2oci.Client
	reference      string
	content        []byte
}

func newMirrored(t *testing.T, size int, change func(*wasm2oci.ClientOptions)) *mirroredModule {
	t.Helper()
	m := &mirroredModule{origin: testregistry.New(t), mirror: testregistry.New(t), content: module(strings.Repeat("x", size))}
	m.reference, _ = addModule(m.origin, m.content)
	addModule(m.mirror, m.content)
	options := wasm2oci.ClientOptions{RegistriesConf: registriesConf(t, oneMirror, m.origin.Host, m.mirror.Host)}
	if change != nil {
		change(&options)
	}
	m.client = newClient(t, options, nil)
	return m
}

func (m *mirroredModule) wantSource(t *testing.T, origin wasm2oci.Origin, source string) {
	t.Helper()
	mirror := ""
	if source == "mirror" {
		mirror = m.mirror.Host + "/org/mod"
	}
	if origin.Source != source || origin.Mirror != mirror {
		t.Errorf("it came from %+v", origin)
	}
}

func TestMirrorIsReadFirst(t *testing.T) {
	t.Parallel()
	for _, verb := range reading {
		m := newMirrored(t, 10, nil)
		if err := verb.call(t.Context(), m.client, m.reference, t.TempDir()); err != nil {
			t.Errorf("%s: %v", verb.name, err)
		}
		if lines := m.origin.Lines(); len(lines) > 0 {
			t.Errorf("%s: the origin was asked %q", verb.name, lines)
		}
	}
	m := newMirrored(t, 10, nil)
	pulled, err := m.client.Pull(t.Context(), m.reference, t.TempDir(), wasm2oci.PullOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m.wantSource(t, pulled.Origin, "mirror")
	if pulled.Reference != m.reference {
		t.Errorf("the reference became %s", pulled.Reference)
	}
}

func TestMirrorThatFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault testregistry.Fault
		// rests says that it is not asked again for a while.
		rests bool
	}{
		{"lacks it", refusing(404, "MANIFEST_UNKNOWN", ""), false},
		{"lacks the blob", func(w http.ResponseWriter, r *http.Request) bool {
			return strings.Contains(r.URL.Path, "/blobs/") && refusing(404, "BLOB_UNKNOWN", "")(w, r)
		}, false},
		{"denies", refusing(403, "DENIED", ""), false},
		{"wants a password", demanding("nobody"), false},
		{"shows a page", answering(200, "<html>", "Content-Type: text/html"), true},
		{"is broken", answering(500, ""), true},
		{"is overloaded", answering(503, "", "Retry-After: 50"), true},
		{"counts requests", answering(429, "", "Retry-After: 50"), true},
		{"hangs up", func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, true},
		{"has another blob", func(w http.ResponseWriter, r *http.Request) bool {
			return strings.Contains(r.URL.Path, "/blobs/") && answering(200, "damaged")(w, r)
		}, true},
	} {
		for _, verb := range reading {
			t.Run(test.name+", "+verb.name, func(t *testing.T) {
				t.Parallel()
				m := newMirrored(t, 10, nil)
				m.mirror.Break(test.fault)
				began := time.Now()
				if err := verb.call(t.Context(), m.client, m.reference, t.TempDir()); err != nil {
					t.Fatal(err)
				}
				asked := len(m.mirror.Requests())
				if err := verb.call(t.Context(), m.client, m.reference, t.TempDir()); err != nil {
					t.Fatal(err)
				}
				if elapsed := time.Since(began); elapsed > soon {
					t.Errorf("it took %s", elapsed)
				}
				if again := len(m.mirror.Requests()) > asked; asked == 0 || again == test.rests {
					if verb.name != "resolve" || !strings.Contains(test.name, "blob") {
						t.Errorf("asked %d times, and again: %v", asked, again)
					}
				}
			})
		}
	}
}

func TestMirrorIsAskedAgainAfterAWhile(t *testing.T) {
	t.Parallel()
	m := newMirrored(t, 10, nil)
	m.client.RestMirrors(0)
	m.mirror.Break(answering(500, ""))
	for _, want := range []string{"registry", "mirror"} {
		pulled, err := m.client.Pull(t.Context(), m.reference, t.TempDir(), wasm2oci.PullOptions{})
		if err != nil {
			t.Fatal(err)
		}
		m.wantSource(t, pulled.Origin, want)
		m.mirror.Break(nil)
	}
}

// breakingOff sends the first half of each blob.
func breakingOff(registry *testregistry.Registry) testregistry.Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		_, name, found := strings.Cut(r.URL.Path, "/blobs/")
		if !found {
			return false
		}
		content := registry.Blob(digest.Digest(name))
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content[:len(content)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// A mirror that is killed in the midst of a blob is replaced where it broke off.
func TestMirrorThatBreaksOff(t *testing.T) {
	t.Parallel()
	m := newMirrored(t, 300_000, nil)
	m.mirror.Break(breakingOff(m.mirror))
	dir := t.TempDir()
	pulled, err := m.client.Pull(t.Context(), m.reference, dir, wasm2oci.PullOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if read(t, pulled.Path) != string(m.content) {
		t.Error("the file is another")
	}
	m.wantSource(t, pulled.Origin, "registry")
	if got := m.origin.Requests(); len(got) != 1 || !strings.HasPrefix(got[0].Header.Get("Range"), "bytes=") || got[0].Header.Get("Range") == "bytes=0-" {
		t.Errorf("the origin was asked %q", m.origin.Lines())
	}
}

func TestStreamOfAMirrorThatBreaksOff(t *testing.T) {
	t.Parallel()
	m := newMirrored(t, 300_000, nil)
	m.mirror.Break(breakingOff(m.mirror))
	stream, err := m.client.Open(t.Context(), m.reference, wasm2oci.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	if got, err := io.ReadAll(stream); err != nil || !bytes.Equal(got, m.content) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestLargeBlobOfAMirrorThatBreaksOff(t *testing.T) {
	t.Parallel()
	m := newMirrored(t, 8<<20, func(o *wasm2oci.ClientOptions) { o.RangeThreshold = ptr(int64(1 << 20)) })
	m.mirror.Break(breakingOff(m.mirror))
	pulled, err := m.client.Pull(t.Context(), m.reference, t.TempDir(), wasm2oci.PullOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if read(t, pulled.Path) != string(m.content) {
		t.Error("the file is another")
	}
}

func TestSilentAndClosedMirrors(t *testing.T) {
	t.Parallel()
	origin := testregistry.New(t)
	reference, _ := addModule(origin, module("content"))
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	options := wasm2oci.ClientOptions{
		IdleTimeout:    ptr(int64(200)),
		RegistriesConf: registriesConf(t, oneMirror+"[[registry.mirror]]\nlocation='%s'\n", origin.Host, silent.Addr(), closed.Addr()),
	}
	client := newClient(t, options, nil)
	for range 3 {
		if _, err := client.Pull(t.Context(), reference, t.TempDir(), wasm2oci.PullOptions{}); err != nil {
			t.Error(err)
		}
	}
}

// Whoever is refused by all learns of the mirrors as well.
func TestAllFail(t *testing.T) {
	t.Parallel()
	m := newMirrored(t, 10, func(o *wasm2oci.ClientOptions) { o.Retries = ptr(0) })
	m.mirror.Break(answering(500, ""))
	m.origin.Break(refusing(404, "MANIFEST_UNKNOWN", ""))
	_, err := m.client.Pull(t.Context(), m.reference, t.TempDir(), wasm2oci.PullOptions{})
	wantError(t, err, wasm2oci.NotFound, "404", "MANIFEST_UNKNOWN", "the mirror "+m.mirror.Host+"/org/mod: HTTP 500")
	m.mirror.Break(refusing(404, "MANIFEST_UNKNOWN", ""))
	m.client.RestMirrors(0)
	_, err = m.client.Pull(t.Context(), m.reference, t.TempDir(), wasm2oci.PullOptions{})
	wantError(t, err, wasm2oci.NotFound, "404")
}

// A mirror under another name than its own has nothing.
func TestMirrorThatLacksWhatTheOriginCannotGive(t *testing.T) {
	t.Parallel()
	m := newMirrored(t, 10, func(o *wasm2oci.ClientOptions) { o.Retries = ptr(0) })
	m.mirror.Break(refusing(404, "NAME_UNKNOWN", ""))
	m.origin.Break(answering(500, ""))
	_, err := m.client.Pull(t.Context(), m.reference, t.TempDir(), wasm2oci.PullOptions{})
	wantError(t, err, wasm2oci.Registry, "HTTP 500", "before, the mirror "+m.mirror.Host+"/org/mod: ", "NAME_UNKNOWN")
}

func TestWritesGoToTheOrigin(t *testing.T) {
	t.Parallel()
	for _, verb := range []verb{pushing, tagging, untagging, listing} {
		m := newMirrored(t, 10, nil)
		if err := verb.call(t.Context(), m.client, m.reference, t.TempDir()); err != nil {
			t.Errorf("%s: %v", verb.name, err)
		}
		if lines := m.mirror.Lines(); len(lines) > 0 {
			t.Errorf("%s: the mirror was asked %q", verb.name, lines)
		}
	}
}

func TestMovedRegistry(t *testing.T) {
	t.Parallel()
	for _, verb := range append([]verb{tagging, listing}, every...) {
		moved := testregistry.New(t)
		moved.AddArtifact("inner/mod:v1", moved.AddBlob("application/wasm", module("content")))
		conf := registriesConf(t, "[[registry]]\nprefix='registry.example/org'\nlocation='%s/inner'\n", moved.Host)
		client := newClient(t, wasm2oci.ClientOptions{RegistriesConf: conf, Retries: ptr(0)}, nil)
		if err := verb.call(t.Context(), client, "registry.example/org/mod:v1", t.TempDir()); err != nil {
			t.Errorf("%s: %v", verb.name, err)
		}
	}
}

// Whoever reads of an error has typed one name, and it is of another place.
func TestErrorsOfAMovedRegistryNameBothPlaces(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault testregistry.Fault
		kind  wasm2oci.Kind
	}{
		{"not found", refusing(404, "MANIFEST_UNKNOWN", ""), wasm2oci.NotFound},
		{"denied", refusing(403, "DENIED", ""), wasm2oci.PermissionDenied},
		{"a password", demanding("nobody"), wasm2oci.Unauthenticated},
		{"broken", answering(500, ""), wasm2oci.Registry},
		{"hangs up", func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, wasm2oci.Network},
	} {
		for _, verb := range append([]verb{tagging, listing}, every...) {
			if test.name == "not found" && verb.name != "pull" {
				continue // whoever writes does not ask for it
			}
			moved := testregistry.New(t)
			moved.Break(test.fault)
			conf := registriesConf(t, "[[registry]]\nprefix='registry.example/org'\nlocation='%s/inner'\n", moved.Host)
			client := newClient(t, wasm2oci.ClientOptions{RegistriesConf: conf, Retries: ptr(0)}, nil)
			err := verb.call(t.Context(), client, "registry.example/org/mod:v1", t.TempDir())
			wantError(t, err, test.kind, `"registry.example/org/mod`, `looked for at "`+moved.Host+`/inner/mod"`, "registries.conf")
			if strings.Count(err.Error(), "looked for at") != 1 {
				t.Error(err)
			}
		}
	}
}

func TestCopyFromAMirrorToAMovedRegistry(t *testing.T) {
	t.Parallel()
	m := newMirrored(t, 300_000, nil)
	moved := testregistry.New(t)
	conf := registriesConf(t, oneMirror+"[[registry]]\nprefix='registry.example'\nlocation='%s/moved'\n", m.origin.Host, m.mirror.Host, moved.Host)
	client := newClient(t, wasm2oci.ClientOptions{RegistriesConf: conf, Retries: ptr(0)}, nil)
	m.mirror.Break(breakingOff(m.mirror))
	if _, err := client.Copy(t.Context(), m.reference, "registry.example/mod:v1", wasm2oci.CopyOptions{}); err != nil {
		t.Fatal(err)
	}
	if moved.Manifest("moved/mod:v1") == nil {
		t.Errorf("it is not there: %q", moved.Lines())
	}
}

func TestBlockedRegistry(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	conf := registriesConf(t, "[[registry]]\nlocation='%s'\nblocked=true\n", registry.Host)
	for _, verb := range append([]verb{tagging, untagging, listing}, every...) {
		err := verb.call(t.Context(), newClient(t, wasm2oci.ClientOptions{RegistriesConf: conf}, nil), reference, t.TempDir())
		wantError(t, err, wasm2oci.PermissionDenied, "is blocked by", "registries.conf", "registries_conf")
	}
	if lines := registry.Lines(); len(lines) > 0 {
		t.Errorf("it was asked %q", lines)
	}
}

// As podman does it, and as clusters forbid the way out: mirrors are read, and nothing else is asked.
func TestMirrorsOfABlockedRegistry(t *testing.T) {
	t.Parallel()
	writing := []verb{pushing, tagging, untagging, listing}
	const blocked = "[[registry]]\nlocation='%s'\nblocked=true\n[[registry.mirror]]\nlocation='%s'\n"
	for _, verb := range reading {
		m := newMirrored(t, 10, nil)
		client := newClient(t, wasm2oci.ClientOptions{RegistriesConf: registriesConf(t, blocked, m.origin.Host, m.mirror.Host)}, nil)
		if err := verb.call(t.Context(), client, m.reference, t.TempDir()); err != nil {
			t.Errorf("%s: %v", verb.name, err)
		}
		for _, writes := range writing {
			err := writes.call(t.Context(), client, m.reference, t.TempDir())
			wantError(t, err, wasm2oci.PermissionDenied, "is blocked by", "registries.conf", "registries_conf")
		}
		if lines := m.origin.Lines(); len(lines) > 0 {
			t.Errorf("%s: the origin was asked %q", verb.name, lines)
		}
	}
	for _, test := range []struct {
		name  string
		fault testregistry.Fault
		kind  wasm2oci.Kind
		says  string
	}{
		{"lacks it", refusing(404, "MANIFEST_UNKNOWN", ""), wasm2oci.NotFound, "404"},
		{"is broken", answering(500, ""), wasm2oci.Registry, "500"},
		{"wants a password", demanding("nobody"), wasm2oci.Unauthenticated, "log in to MIRROR"},
	} {
		for _, verb := range reading {
			m := newMirrored(t, 10, nil)
			options := wasm2oci.ClientOptions{RegistriesConf: registriesConf(t, blocked, m.origin.Host, m.mirror.Host), Retries: ptr(0)}
			m.mirror.Break(test.fault)
			client := newClient(t, options, nil)
			for range 2 { // also when it has failed before
				err := verb.call(t.Context(), client, m.reference, t.TempDir())
				wantError(t, err, test.kind, strings.ReplaceAll(test.says, "MIRROR", m.mirror.Host), "only mirrors were asked", "is blocked by")
			}
			if lines := m.origin.Lines(); len(lines) > 0 {
				t.Errorf("%s, %s: the origin was asked %q", test.name, verb.name, lines)
			}
		}
	}
}

// The last place is asked as a registry is: again, and for long.
func TestLastMirrorOfABlockedRegistryIsAskedAgain(t *testing.T) {
	t.Parallel()
	m := newMirrored(t, 10, nil)
	conf := registriesConf(t, "[[registry]]\nlocation='%s'\nblocked=true\n[[registry.mirror]]\nlocation='%s'\n", m.origin.Host, m.mirror.Host)
	var asked atomic.Int32
	m.mirror.Break(func(w http.ResponseWriter, r *http.Request) bool {
		return asked.Add(1) == 1 && answering(503, "")(w, r)
	})
	if _, err := newClient(t, wasm2oci.ClientOptions{RegistriesConf: conf}, nil).Pull(t.Context(), m.reference, t.TempDir(), wasm2oci.PullOptions{}); err != nil {
		t.Error(err)
	}
}

// What is given for no host in particular is for the one that the reference names.
func TestCredentialsOfMirrors(t *testing.T) {
	t.Parallel()
	t.Run("given", func(t *testing.T) {
		t.Parallel()
		m := newMirrored(t, 10, func(o *wasm2oci.ClientOptions) { *o = with(*o, "user", "s3cret") })
		m.mirror.Break(demanding("nobody"))
		m.origin.Break(demanding(basicOf("user", "s3cret")))
		if _, err := m.client.Pull(t.Context(), m.reference, t.TempDir(), wasm2oci.PullOptions{}); err != nil {
			t.Error(err)
		}
		if told := told(m.mirror); len(told) > 0 {
			t.Errorf("the mirror was told %q", told)
		}
	})
	t.Run("in a file", func(t *testing.T) {
		t.Parallel()
		m := newMirrored(t, 10, nil)
		m.mirror.Break(demanding(basicOf("mirror", "own")))
		m.origin.Break(demanding(basicOf("user", "s3cret")))
		file := filepath.Join(t.TempDir(), "auth.json")
		write(t, file, fmt.Sprintf(`{"auths":{%q:{"auth":%q},%q:{"auth":%q}}}`, m.mirror.Host, auth("mirror", "own"), m.origin.Host, auth("user", "s3cret")))
		client := newClient(t, wasm2oci.ClientOptions{AuthFile: file, RegistriesConf: registriesConf(t, oneMirror, m.origin.Host, m.mirror.Host)}, nil)
		pulled, err := client.Pull(t.Context(), m.reference, t.TempDir(), wasm2oci.PullOptions{})
		if err != nil {
			t.Fatal(err)
		}
		m.wantSource(t, pulled.Origin, "mirror")
		for _, header := range told(m.mirror) {
			if header != basicOf("mirror", "own") {
				t.Errorf("the mirror was told %q", header)
			}
		}
	})
}

func TestCacheInFrontOfAMirror(t *testing.T) {
	t.Parallel()
	m := newMirrored(t, 10, func(o *wasm2oci.ClientOptions) { o.CacheDir = filepath.Join(t.TempDir(), "cache") })
	for _, want := range []string{"mirror", "cache"} {
		pulled, err := m.client.Pull(t.Context(), m.reference, t.TempDir(), wasm2oci.PullOptions{})
		if err != nil {
			t.Fatal(err)
		}
		m.wantSource(t, pulled.Origin, want)
	}
	if lines := m.origin.Lines(); len(lines) > 0 {
		t.Errorf("the origin was asked %q", lines)
	}
}

func TestInsecureRegistry(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{true, false} {
		for _, verb := range every {
			registry := testregistry.New(t)
			if secure {
				registry = testregistry.NewTLS(t)
			}
			reference, _ := addModule(registry, module("content"))
			conf := registriesConf(t, "[[registry]]\nlocation='%s'\ninsecure=true\n", registry.Host)
			client := newClient(t, wasm2oci.ClientOptions{RegistriesConf: conf, Retries: ptr(0)}, nil)
			if err := verb.call(t.Context(), client, reference, t.TempDir()); err != nil {
				t.Errorf("%v, %s: %v", secure, verb.name, err)
			}
		}
	}
}

func TestInsecureRegistryWherePlainHTTPIsRuledOut(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	conf := registriesConf(t, "[[registry]]\nlocation='%s'\ninsecure=true\n", registry.Host)
	client := newClient(t, wasm2oci.ClientOptions{RegistriesConf: conf, PlainHTTP: ptr(false), Retries: ptr(0)}, nil)
	_, err := client.Resolve(t.Context(), reference, wasm2oci.ResolveOptions{})
	wantError(t, err, wasm2oci.TLS, "does not speak TLS")
	if lines := registry.Lines(); len(lines) > 0 {
		t.Errorf("it was asked %q", lines)
	}
}

// An insecure registry may name itself by http.
func TestInsecureRegistryWithAddressesOfItsOwn(t *testing.T) {
	t.Parallel()
	registry := testregistry.New(t)
	reference, _ := addModule(registry, module("content"))
	registry.Break(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		w.Header().Set("Location", "http://"+r.Host+"/v2/org/mod/blobs/uploads/session")
		w.WriteHeader(http.StatusAccepted)
		return true
	})
	conf := registriesConf(t, "[[registry]]\nlocation='%s'\ninsecure=true\n", registry.Host)
	client := newClient(t, wasm2oci.ClientOptions{RegistriesConf: conf, Retries: ptr(0)}, nil)
	if err := pushing.call(t.Context(), client, reference, ""); err != nil {
		t.Error(err)
	}
}

func TestWhereRegistriesConfIs(t *testing.T) {
	registry := testregistry.New(t)
	registry.AddArtifact("mod:v1", registry.AddBlob("application/wasm", module("content")))
	moved := fmt.Sprintf("[[registry]]\nprefix='registry.example'\nlocation='%s'\n", registry.Host)
	home, system, named := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "named.conf")
	write(t, named, moved)
	write(t, filepath.Join(home, "own", ".config", "containers", "registries.conf"), moved)
	write(t, filepath.Join(home, "folder", ".config", "containers", "registries.conf.d", "own.conf"), moved)
	write(t, filepath.Join(home, "empty", ".config", "containers", "registries.conf"), "")
	write(t, filepath.Join(home, "bad", ".config", "containers", "registries.conf"), "[[registry]]\nlocation = 5\n")
	wasm2oci.UseSystemFolder(t, system)
	resolve := func(options wasm2oci.ClientOptions, env wasm2oci.Environment) error {
		options.Retries = ptr(0)
		// Nobody listens there: what is not moved is refused at once.
		all := wasm2oci.Environment{"HTTPS_PROXY": "http://127.0.0.1:1"}
		maps.Copy(all, env)
		_, err := newClient(t, options, all).Resolve(t.Context(), "registry.example/mod:v1", wasm2oci.ResolveOptions{})
		return err
	}
	env := func(name string) wasm2oci.Environment { return wasm2oci.Environment{"HOME": filepath.Join(home, name)} }
	for _, test := range []struct {
		name    string
		options wasm2oci.ClientOptions
		env     wasm2oci.Environment
		moved   bool
	}{
		{"nothing", wasm2oci.ClientOptions{}, nil, false},
		{"the option", wasm2oci.ClientOptions{RegistriesConf: &named}, nil, true},
		{"the variable", wasm2oci.ClientOptions{}, wasm2oci.Environment{"CONTAINERS_REGISTRIES_CONF": named}, true},
		{"no file, over the variable", wasm2oci.ClientOptions{RegistriesConf: ptr("")}, wasm2oci.Environment{"CONTAINERS_REGISTRIES_CONF": named}, false},
		{"the user's", wasm2oci.ClientOptions{}, env("own"), true},
		{"the user's folder", wasm2oci.ClientOptions{}, env("folder"), true},
		{"none, over the user's", wasm2oci.ClientOptions{RegistriesConf: ptr("")}, env("own"), false},
	} {
		if err := resolve(test.options, test.env); (err == nil) != test.moved {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	write(t, filepath.Join(system, "containers", "registries.conf"), moved)
	if err := resolve(wasm2oci.ClientOptions{}, nil); err != nil {
		t.Errorf("the system's: %v", err)
	}
	if err := resolve(wasm2oci.ClientOptions{}, env("empty")); err == nil {
		t.Error("the user's does not replace the system's")
	}
	wantError(t, resolve(wasm2oci.ClientOptions{}, env("bad")), wasm2oci.InvalidArgument, "registries.conf", "line 2")
	wantError(t, resolve(wasm2oci.ClientOptions{}, wasm2oci.Environment{"CONTAINERS_REGISTRIES_CONF": "/nonexistent"}), wasm2oci.Filesystem, "/nonexistent")
	_, err := wasm2oci.NewClient(wasm2oci.ClientOptions{RegistriesConf: ptr("/nonexistent")}, nil)
	wantError(t, err, wasm2oci.Filesystem, "/nonexistent")
	// Nobody needs it for a layout.
	if _, err := newClient(t, wasm2oci.ClientOptions{}, env("bad")).Push(t.Context(), wasm2oci.BytesSource(module("content")), "oci:"+filepath.Join(t.TempDir(), "layout")+":v1", wasm2oci.PushOptions{}); err != nil {
		t.Error(err)
	}
}
