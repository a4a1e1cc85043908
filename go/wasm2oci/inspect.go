package wasm2oci

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/strictjson"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// InspectOptions say how an artifact is inspected. The zero value is fine.
type InspectOptions struct {
	Selection
	// Raw gets the bytes of the manifest or index that the reference names, and
	// nothing else: no module is looked for, and an artifact need not hold one. With
	// a Platform it is the manifest for that.
	Raw bool `json:"raw,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// Artifact says what is in an artifact or a file.
type Artifact struct {
	// Reference is nil for a file.
	Reference *string `json:"reference"`
	// Descriptor is that of the manifest; of a file, its digest and size.
	Descriptor
	// Format and Kind are nil where there is no module, or no single one; Kind,
	// too, where its version is unknown.
	Format *string `json:"format"`
	Kind   *string `json:"kind"`
	// Manifest and Config are the documents; nil for a file.
	Manifest json.RawMessage `json:"manifest"`
	Config   json.RawMessage `json:"config"`
	// Annotations are those of the manifest; empty for a file.
	Annotations map[string]string `json:"annotations"`
	Layers      []Descriptor      `json:"layers"`
	// Subject is what the manifest points at, where it is attached to something.
	Subject *Descriptor `json:"subject,omitempty"`
	// Layer is where the module is.
	Layer *Descriptor `json:"layer"`
	// Member is its path in a tar layer.
	Member      string `json:"member,omitempty"`
	FileDigest  string `json:"file_digest,omitempty"`
	FileSize    int64  `json:"file_size,omitempty"`
	IndexDigest string `json:"index_digest,omitempty"`
	Origin
	// Raw is set where nothing but that was asked for. It is kept out of the JSON,
	// which cannot hold all bytes.
	Raw []byte `json:"-"`
	// Info is what the binary says of itself; nil where there is no module. A
	// binary that is malformed has nothing but a warning.
	*wasm.Info
}

// IsPath distinguishes a path from a reference: a file that is there, or what is spelled
// like one. A path is never dialled.
func IsPath(what string) bool {
	if info, err := os.Stat(what); err == nil && !info.IsDir() {
		return true
	}
	if strings.HasPrefix(what, ref.Layout+":") || strings.HasPrefix(what, ref.Archive+":") {
		return false
	}
	if ref.HasUser(what) {
		return false
	}
	if what == "." || what == ".." {
		return true
	}
	for _, prefix := range []string{"/", "./", "../", `.\`, `..\`} {
		if strings.HasPrefix(what, prefix) {
			return true
		}
	}
	return strings.HasSuffix(what, ".wasm") || ref.IsDrive(what)
}

// Inspect says what is in an artifact, or in a file where IsPath says so.
//
// Errors: InvalidReference, NotFound, InvalidManifest (a bad config, too),
// Filesystem, NotWasm for a file, and those of the registry and the network.
func (c *Client) Inspect(ctx context.Context, what string, options InspectOptions) (*Artifact, error) {
	if IsPath(what) {
		return c.InspectFile(ctx, what, options)
	}
	return c.InspectReference(ctx, what, options)
}

// InspectReference says what is in an artifact, whatever files there are.
//
// Errors: as Inspect.
func (c *Client) InspectReference(ctx context.Context, reference string, options InspectOptions) (*Artifact, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	artifact, err := c.inspect(ctx, reference, options)
	return artifact, fail(ctx, "inspect", reference, err)
}

func (c *Client) inspect(ctx context.Context, text string, options InspectOptions) (*Artifact, error) {
	monitor.From(ctx).Enter(monitor.Resolving)
	reference, err := ParseReference(text)
	if err != nil {
		return nil, err
	}
	selection, err := options.Selection.check()
	if err != nil {
		return nil, err
	}
	target, err := c.openThroughCache(ctx, reference, selection.PullPolicy)
	if err != nil {
		return nil, err
	}
	if options.Raw {
		return inspectRaw(ctx, target, selection)
	}
	manifest, index, err := findManifest(ctx, target, selection.Platform)
	if err != nil {
		return nil, err
	}
	normal := target.taken().String()
	artifact := &Artifact{
		Reference:   &normal,
		Descriptor:  newDescriptor(manifest.Descriptor),
		Manifest:    strictjson.Readable(manifest.Raw),
		Annotations: map[string]string{},
		IndexDigest: index,
		Layers:      []Descriptor{},
	}
	artifact.ArtifactType = manifest.ArtifactType
	if manifest.Subject != nil {
		subject := newDescriptor(*manifest.Subject)
		artifact.Subject = &subject
	}
	maps.Copy(artifact.Annotations, manifest.Annotations)
	for _, layer := range manifest.Layers {
		artifact.Layers = append(artifact.Layers, newDescriptor(layer))
	}
	if artifact.Config, err = readConfig(ctx, target, manifest); err != nil {
		return nil, err
	}
	err = artifact.look(ctx, &finder{target, manifest, selection})
	artifact.Origin = target.origin()
	return artifact, err
}

// inspectRaw gets the bytes of a manifest or an index.
func inspectRaw(ctx context.Context, target target, selection Selection) (*Artifact, error) {
	for option, given := range map[fault.Option]string{"layer": selection.Layer, "member": selection.Member} {
		if given != "" {
			return nil, fault.New(InvalidArgument, "%s chooses a module, but {raw} looks for none", option).WithHint("leave out one of them")
		}
	}
	desc, raw, index, err := findDocument(ctx, target, selection.Platform)
	if err != nil {
		return nil, err
	}
	reference := target.taken().String()
	return &Artifact{
		Reference: &reference, Descriptor: newDescriptor(desc), IndexDigest: index, Raw: raw,
		Annotations: map[string]string{}, Layers: []Descriptor{},
	}, nil
}

// wholeLimit is up to which size a module is read whole, which verifies it as well:
// a few requests for its parts would bring as much.
const wholeLimit = 512 << 10

// look finds the module. An artifact without one is shown as well.
func (a *Artifact) look(ctx context.Context, finder *finder) error {
	if a.lookAtParts(ctx, finder) {
		return nil
	}
	stream, err := finder.open(ctx)
	switch {
	case err == nil:
	case fault.KindOf(err) == NotWasm, fault.KindOf(err) == Ambiguous:
		return nil
	default:
		return err
	}
	defer func() { _ = stream.Close() }()
	layer, name := newDescriptor(stream.layer), string(stream.format)
	a.Layer, a.Format, a.Member = &layer, &name, stream.member
	if kind := string(stream.kind); kind != "" {
		a.Kind = &kind
	}
	a.FileDigest, a.FileSize = stream.digest.String(), stream.size
	for {
		a.Info, err = inspectWhole(stream)
		if err == nil {
			return nil
		}
		if again, err := beginAgain(stream.blob, err); !again {
			return err
		}
	}
}

// inspectWhole reads a module to the verdict on its digest.
func inspectWhole(stream io.Reader) (*wasm.Info, error) {
	info, err := tolerate(wasm.InspectReader(stream))
	if err == nil {
		_, err = io.Copy(io.Discard, stream)
	}
	return info, err
}

// lookAtParts reads of a large raw module what Inspect needs, from section header
// to section header. It says false where that cannot be done, for whatever reason;
// reading the whole then shows why.
func (a *Artifact) lookAtParts(ctx context.Context, finder *finder) bool {
	layers, err := finder.choose(ctx)
	if err != nil || len(layers) != 1 || layers[0].Size <= wholeLimit || layers[0].Size > finder.selection.MaxSize || finder.selection.Member != "" {
		return false
	}
	parts := finder.target.parts(ctx, layers[0])
	if parts == nil {
		return false
	}
	info, err := wasm.Inspect(parts, layers[0].Size)
	if err != nil {
		return false
	}
	layer, name, kind := newDescriptor(layers[0]), string(format.Recognise(finder.manifest, layers[0].MediaType, "")), string(info.Kind)
	a.Layer, a.Format, a.Kind, a.Info = &layer, &name, &kind, info
	a.FileDigest, a.FileSize = layer.Digest, layer.Size
	return true
}

// tolerate makes a warning of what is wrong with a binary: inspect is for looking
// at such, too.
func tolerate(info *wasm.Info, err error) (*wasm.Info, error) {
	switch {
	case err == nil:
		return info, nil
	case errors.Is(err, wasm.ErrMalformed), errors.Is(err, wasm.ErrLimit), errors.Is(err, wasm.ErrVersion):
		return &wasm.Info{
			Imports: []wasm.Import{}, Exports: []wasm.Export{}, Producers: wasm.Producers{},
			CustomSections: []wasm.CustomSection{}, Warnings: []string{err.Error()},
		}, nil
	}
	return nil, err
}

// readConfig reads a config of JSON. Others, such as the empty one of old tools,
// are left alone.
func readConfig(ctx context.Context, target target, manifest *format.Manifest) (json.RawMessage, error) {
	if err := manifest.CheckConfig(); err != nil {
		return nil, err
	}
	desc := manifest.Config
	if desc.Digest == "" || desc.Size == 0 || !strings.Contains(desc.MediaType, "json") {
		return nil, nil
	}
	raw, err := readDocument(ctx, target, desc)
	if err != nil {
		return nil, err
	}
	if !json.Valid(raw) {
		return nil, format.Invalid("the config %s is not JSON", desc.Digest)
	}
	return strictjson.Readable(raw), nil
}

// InspectFile says what is in a file.
//
// Errors: Filesystem, NotWasm, InvalidArgument with Raw.
func (c *Client) InspectFile(ctx context.Context, path string, options InspectOptions) (*Artifact, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	artifact, err := inspectFile(ctx, path, options)
	return artifact, fail(ctx, "inspect", path, err)
}

func inspectFile(ctx context.Context, path string, options InspectOptions) (*Artifact, error) {
	if options.Raw {
		return nil, fault.New(InvalidArgument, "{raw} is for manifests, and a local file has none").WithHint("name an artifact, or leave out {raw}")
	}
	monitor.From(ctx).Enter(monitor.Hashing)
	local, err := FileSource(path).open()
	if err != nil {
		return nil, err
	}
	defer local.close()
	described, err := local.describe(ctx, false)
	if err != nil {
		return nil, err
	}
	kind := string(described.Kind)
	info, err := tolerate(wasm.Inspect(local.reader, local.size))
	if err != nil {
		return nil, err
	}
	return &Artifact{
		Descriptor:  Descriptor{MediaType: "application/wasm", Digest: described.Digest.String(), Size: described.Size},
		Kind:        &kind,
		Annotations: map[string]string{},
		Layers:      []Descriptor{},
		FileDigest:  described.Digest.String(),
		FileSize:    described.Size,
		Info:        info,
	}, nil
}
