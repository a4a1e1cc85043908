// Package testregistry is a registry in memory, on loopback, for tests. It does
// right what a registry does (distribution specification, v1.1), notes what it
// was asked, and lets a test answer in its place. Only tests import it.
package testregistry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Fault answers a request in the registry's place, or says false.
type Fault func(w http.ResponseWriter, r *http.Request) bool

// Request is a request that came in.
type Request struct {
	Method string
	// Target is the path and the query, as they were sent.
	Target string
	Header http.Header
}

// Registry is a running registry.
type Registry struct {
	*httptest.Server
	// Host is its host and port.
	Host string

	mu        sync.Mutex
	fault     Fault
	requests  []Request
	blobs     map[digest.Digest][]byte
	manifests map[string]document // by digest and by "repository:tag"
}

type document struct {
	mediaType string
	raw       []byte
}

// New starts a registry that ends with the test.
func New(t *testing.T) *Registry {
	t.Helper()
	return start(t, (*httptest.Server).Start)
}

// NewTLS starts one that speaks HTTPS; its Certificate is its own authority.
func NewTLS(t *testing.T) *Registry {
	t.Helper()
	return start(t, (*httptest.Server).StartTLS)
}

func start(t *testing.T, begin func(*httptest.Server)) *Registry {
	t.Helper()
	r := &Registry{blobs: map[digest.Digest][]byte{}, manifests: map[string]document{}}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(r.serve))
	// What a client does wrong with TLS is the test's business, not the log's.
	r.Config.ErrorLog = log.New(io.Discard, "", 0)
	begin(r.Server)
	r.Host = r.Listener.Addr().String()
	t.Cleanup(r.Close)
	return r
}

// Break lets a fault see each request first.
func (r *Registry) Break(fault Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault = fault
}

// Requests returns what came in so far.
func (r *Registry) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Request(nil), r.requests...)
}

// Lines returns methods and targets of what came in so far.
func (r *Registry) Lines() []string {
	var lines []string
	for _, one := range r.Requests() {
		lines = append(lines, one.Method+" "+one.Target)
	}
	return lines
}

// AddBlob stores content in all repositories.
func (r *Registry) AddBlob(mediaType string, content []byte) ocispec.Descriptor {
	r.mu.Lock()
	defer r.mu.Unlock()
	dgst := digest.FromBytes(content)
	r.blobs[dgst] = content
	return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(content))}
}

// AddManifest stores a document, under a name such as "org/mod:v1" as well.
func (r *Registry) AddManifest(name, mediaType string, raw []byte) ocispec.Descriptor {
	r.mu.Lock()
	defer r.mu.Unlock()
	dgst := digest.FromBytes(raw)
	r.manifests[dgst.String()] = document{mediaType, raw}
	r.manifests[name] = document{mediaType, raw}
	return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(raw))}
}

// AddArtifact stores a manifest with an empty config and these layers.
func (r *Registry) AddArtifact(name string, layers ...ocispec.Descriptor) ocispec.Descriptor {
	manifest := ocispec.Manifest{
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    r.AddBlob("application/vnd.wasm.config.v0+json", []byte("{}")),
		Layers:    layers,
	}
	manifest.SchemaVersion = 2
	raw, err := json.Marshal(manifest)
	if err != nil {
		panic(err)
	}
	return r.AddManifest(name, manifest.MediaType, raw)
}

// Manifest returns a stored manifest by digest or name, or nil.
func (r *Registry) Manifest(name string) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.manifests[name].raw
}

// Remove forgets a manifest under a digest or a name, and under no other.
func (r *Registry) Remove(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.manifests, name)
}

// Blob returns a stored blob, or nil.
func (r *Registry) Blob(dgst digest.Digest) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.blobs[dgst]
}

func (r *Registry) serve(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.requests = append(r.requests, Request{req.Method, req.RequestURI, req.Header.Clone()})
	fault := r.fault
	r.mu.Unlock()
	if fault != nil && fault(w, req) {
		return
	}
	path, _ := strings.CutPrefix(req.URL.Path, "/v2/")
	for _, kind := range []struct {
		part   string
		handle func(w http.ResponseWriter, req *http.Request, repository, name string)
	}{{"/tags/list", r.tags}, {"/manifests/", r.manifest}, {"/blobs/uploads/", r.upload}, {"/blobs/", r.blob}} {
		if repository, name, ok := strings.Cut(path, kind.part); ok {
			kind.handle(w, req, repository, name)
			return
		}
	}
	Refuse(w, http.StatusNotFound, "NAME_UNKNOWN", "")
}

func (r *Registry) manifest(w http.ResponseWriter, req *http.Request, repository, name string) {
	key := name
	if _, err := digest.Parse(name); err != nil {
		key = repository + ":" + name
	}
	if req.Method == http.MethodPut {
		raw, _ := io.ReadAll(req.Body)
		desc := r.AddManifest(key, req.Header.Get("Content-Type"), raw)
		w.Header().Set("Docker-Content-Digest", desc.Digest.String())
		w.WriteHeader(http.StatusCreated)
		return
	}
	r.mu.Lock()
	found, ok := r.manifests[key]
	if req.Method == http.MethodDelete && ok {
		// What is named by its digest goes with its tags.
		maps.DeleteFunc(r.manifests, func(other string, one document) bool {
			return other == key || key == name && bytes.Equal(one.raw, found.raw)
		})
	}
	r.mu.Unlock()
	if req.Method == http.MethodDelete && ok {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if !ok {
		Refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
		return
	}
	if req.Method == http.MethodDelete {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	w.Header().Set("Content-Type", found.mediaType)
	w.Header().Set("Docker-Content-Digest", digest.FromBytes(found.raw).String())
	send(w, req, found.raw)
}

// tags lists all tags of a repository, or n of them after last.
func (r *Registry) tags(w http.ResponseWriter, req *http.Request, repository, _ string) {
	last, tags := req.URL.Query().Get("last"), []string{}
	r.mu.Lock()
	for key := range r.manifests {
		if tag, ok := strings.CutPrefix(key, repository+":"); ok && tag > last {
			tags = append(tags, tag)
		}
	}
	r.mu.Unlock()
	if len(tags) == 0 && last == "" {
		Refuse(w, http.StatusNotFound, "NAME_UNKNOWN", "repository name not known to registry")
		return
	}
	slices.Sort(tags)
	if n, err := strconv.Atoi(req.URL.Query().Get("n")); err == nil && n < len(tags) {
		tags = tags[:n]
		w.Header().Set("Link", fmt.Sprintf(`</v2/%s/tags/list?last=%s&n=%d>; rel="next"`, repository, tags[n-1], n))
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"name": repository, "tags": tags})
}

func (r *Registry) blob(w http.ResponseWriter, req *http.Request, _, name string) {
	r.mu.Lock()
	content, ok := r.blobs[digest.Digest(name)]
	r.mu.Unlock()
	if !ok {
		Refuse(w, http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown")
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	send(w, req, content)
}

func (r *Registry) upload(w http.ResponseWriter, req *http.Request, repository, _ string) {
	if req.Method == http.MethodPost {
		w.Header().Set("Location", "/v2/"+repository+"/blobs/uploads/session?_state=x%3D")
		w.WriteHeader(http.StatusAccepted)
		return
	}
	content, err := io.ReadAll(req.Body)
	if dgst := req.URL.Query().Get("digest"); err != nil || dgst != digest.FromBytes(content).String() {
		Refuse(w, http.StatusBadRequest, "DIGEST_INVALID", "not the content of "+dgst)
		return
	}
	r.AddBlob("", content)
	w.WriteHeader(http.StatusCreated)
}

func send(w http.ResponseWriter, req *http.Request, content []byte) {
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	if req.Method != http.MethodHead {
		_, _ = w.Write(content)
	}
}

// Refuse sends an error answer in the registry's form.
func Refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []map[string]string{{"code": code, "message": message}}})
}
