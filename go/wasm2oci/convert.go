package wasm2oci

import (
	"cmp"
	"context"
	"maps"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/format"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/wasm"
)

// ConvertOptions say which module is meant, and how it is laid out anew. The zero
// value is fine.
type ConvertOptions struct {
	Packaging
	Selection
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// Convert stores the module of an artifact as another artifact, under the same or
// another format. Annotations are taken over, the title as well. Within one
// registry a module that stays a layer of its own is not sent again.
//
// Errors: those of Open for the source and of Push for the destination.
func (c *Client) Convert(ctx context.Context, source, destination string, options ConvertOptions) (*PushResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	result, err := c.convert(ctx, source, destination, options)
	return result, fail(ctx, "convert", source, err)
}

func (c *Client) convert(ctx context.Context, source, destination string, options ConvertOptions) (*PushResult, error) {
	from, err := ParseReference(source)
	if err != nil {
		return nil, err
	}
	to, tags, err := ParseDestination(destination)
	if err != nil {
		return nil, err
	}
	selection, err := options.Selection.check()
	if err != nil {
		return nil, err
	}
	publication, err := c.publication(ctx, to, tags, options.Packaging)
	if err != nil {
		return nil, fail(ctx, "convert", destination, err)
	}
	place, err := c.openThroughCache(ctx, from, selection.PullPolicy)
	if err != nil {
		return nil, err
	}
	monitor.From(ctx).Enter(monitor.Resolving)
	manifest, _, err := findManifest(ctx, place, selection.Platform)
	if err != nil {
		return nil, err
	}
	local, found, err := fetchContent(ctx, &finder{place, manifest, selection})
	if err != nil {
		return nil, err
	}
	defer local.close()
	described, said, err := local.say(format.Content{
		Kind: found.kind, Digest: found.digest, Size: found.size, Open: local.opener(ctx),
	}, false)
	if err == nil && found.kind == "" {
		_, err = wasm.InspectReader(local.stream(ctx)) // says what keeps it from being one
	}
	if fault.KindOf(err) == NotWasm {
		return nil, notWasm("the module", err)
	}
	if err != nil {
		return nil, err
	}
	if found.member == "" {
		publication.from = &origin{Reference: locationOf(place, from)}
	}
	publication.title(titleOf(found))
	publication.annotate(withDefaults(kept(manifest.Annotations), said))
	result, err := publication.publish(ctx, described)
	return result, fail(ctx, "convert", destination, err)
}

// fetchContent brings the module of an artifact here, verified, to be read as
// often as need be.
func fetchContent(ctx context.Context, finder *finder) (*content, *module, error) {
	found, err := finder.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = found.Close() }()
	for {
		spooled, err := newSpool(ctx, found, found.size, spoolInMemory)
		if err == nil {
			return &content{reader: spooled.content, size: spooled.size, close: spooled.close}, found, nil
		}
		if again, err := beginAgain(found.blob, err); !again {
			return nil, nil, err
		}
	}
}

// titleOf returns the base name that a module had, or "".
func titleOf(found *module) string {
	return format.FileName(cmp.Or(found.member, found.layer.Annotations[ocispec.AnnotationTitle]))
}

// kept are the annotations that belong to the module, not to its old format.
func kept(annotations map[string]string) map[string]string {
	kept := maps.Clone(annotations)
	delete(kept, format.VariantAnnotation)
	return kept
}
