// Command goloop is the warm worker in Go: the least that a program needs to pull
// with oras-go, safely, into a file. It does one job per line of JSON on standard
// input, like worker.py, and says how long it took.
//
// goloop time FILE COMMAND... runs a program in place of that, and writes to FILE
// how long it took.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/retry"
)

// copyBuffer is as large as more would not make it faster.
const copyBuffer = 256 << 10

type pull struct {
	Reference string `json:"reference"`
	Path      string `json:"path"`
}

type job struct {
	Arguments   []pull `json:"arguments"`
	Concurrency int    `json:"concurrency"`
}

type answer struct {
	Seconds float64 `json:"seconds"`
	Peak    int64   `json:"peak"`
	Error   string  `json:"error,omitempty"`
}

var client = &auth.Client{Client: &http.Client{Transport: retry.NewTransport(transport())}, Cache: auth.NewCache()}

func transport() *http.Transport {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = 16
	return base
}

// do pulls the only layer of an artifact: manifest, blob, a temporary file that is
// renamed once the digest is right.
func do(ctx context.Context, one pull) error {
	repository, err := remote.NewRepository(one.Reference)
	if err != nil {
		return err
	}
	repository.PlainHTTP, repository.Client = true, client
	_, body, err := repository.FetchReference(ctx, repository.Reference.Reference)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	var manifest ocispec.Manifest
	if err := json.NewDecoder(body).Decode(&manifest); err != nil {
		return err
	}
	layer := manifest.Layers[0]
	blob, err := repository.Blobs().Fetch(ctx, layer)
	if err != nil {
		return err
	}
	defer func() { _ = blob.Close() }()
	return save(one.Path, blob, layer)
}

func save(path string, blob io.Reader, layer ocispec.Descriptor) error {
	file, err := os.CreateTemp(".", "goloop-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	verified := content.NewVerifyReader(blob, layer)
	if _, err := io.CopyBuffer(struct{ io.Writer }{file}, verified, make([]byte, copyBuffer)); err != nil {
		return err
	}
	if err := verified.Verify(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func run(line []byte) answer {
	var asked job
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Error: err.Error()}
	}
	began := time.Now()
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(max(asked.Concurrency, 1))
	for _, one := range asked.Arguments {
		group.Go(func() error { return do(ctx, one) })
	}
	if err := group.Wait(); err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Seconds: time.Since(began).Seconds(), Peak: peak()}
}

// peak is the highest resident memory so far, in bytes.
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			size, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return size << 10
		}
	}
	return 0
}

func main() {
	if len(os.Args) > 3 && os.Args[1] == "time" {
		code, err := launch(os.Args[2], os.Args[3:])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(code)
	}
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		text, err := json.Marshal(run(line))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		fmt.Println(string(text))
	}
}
