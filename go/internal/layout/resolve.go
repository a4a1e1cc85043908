package layout

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

const (
	// defaultTag is what is taken where no name is given.
	defaultTag = "latest"
	// imageName is under which containerd and Docker write the whole reference of
	// an image; its tag alone is the name of the specification (containerd,
	// core/images/annotations.go).
	imageName = "io.containerd.image.name"
)

// How many names and digests an error offers, and how many of them it shows.
const (
	maxOffered = 100
	maxShown   = 10
)

// resolve finds a manifest in an index by digest, or where that is empty by name.
// Where both are empty it is the one called "latest", else the only one that there
// is, as skopeo has it. size gives the size of a blob, or fs.ErrNotExist.
func (i *index) resolve(name string, dgst digest.Digest, size func(digest.Digest) (int64, error)) (ocispec.Descriptor, error) {
	switch {
	case dgst != "":
		return i.byDigest(dgst, size)
	case name != "":
		return i.byName(name)
	}
	if len(i.called(defaultTag)) > 0 {
		return i.byName(defaultTag)
	}
	switch all := unique(i.entries); len(all) {
	case 0:
		return ocispec.Descriptor{}, missing(fmt.Sprintf("tag %q", defaultTag)).WithHint("the %s is empty", i.place)
	case 1:
		return all[0].Descriptor, nil
	}
	return ocispec.Descriptor{}, missingIn(i, fmt.Sprintf("tag %q", defaultTag))
}

// byDigest finds a manifest, listed or not; the media type of one that is not is
// empty.
func (i *index) byDigest(dgst digest.Digest, size func(digest.Digest) (int64, error)) (ocispec.Descriptor, error) {
	i.find()
	if at, found := i.found.digests[dgst]; found {
		return i.entries[at].Descriptor, nil
	}
	bytes, err := size(dgst)
	if errors.Is(err, fs.ErrNotExist) {
		return ocispec.Descriptor{}, missingIn(i, "manifest "+dgst.String())
	}
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	return ocispec.Descriptor{Digest: dgst, Size: bytes}, nil
}

func (i *index) byName(name string) (ocispec.Descriptor, error) {
	switch found := i.called(name); len(found) {
	case 0:
		return ocispec.Descriptor{}, missingIn(i, fmt.Sprintf("tag %q", name))
	case 1:
		return found[0].Descriptor, nil
	default:
		var others []string
		for _, one := range found {
			others = append(others, cmp.Or(one.otherName(name), one.Digest.String()))
		}
		return ocispec.Descriptor{}, fault.New(fault.Ambiguous, "tag %q names %d manifests", name, len(found)).
			WithHint("name one by %s", shown(others)).WithCandidates(others[:min(len(others), maxOffered)])
	}
}

// called returns the manifests of that name.
func (i *index) called(name string) []entry {
	i.find()
	var found []entry
	for _, at := range i.found.names[name] {
		found = append(found, i.entries[at])
	}
	return unique(found)
}

// find notes once where the manifests are: whoever asks for one asks for many.
func (i *index) find() {
	i.found.Do(func() {
		i.found.names, i.found.digests = map[string][]int{}, map[digest.Digest]int{}
		for at, one := range i.entries {
			if _, again := i.found.digests[one.Digest]; !again {
				i.found.digests[one.Digest] = at
			}
			name, image := one.name(), one.Annotations[imageName]
			i.found.names[name] = append(i.found.names[name], at)
			if image != name {
				i.found.names[image] = append(i.found.names[image], at)
			}
		}
	})
}

// unique returns entries of which each has another digest.
func unique(entries []entry) []entry {
	var found []entry
	seen := map[digest.Digest]bool{}
	for _, one := range entries {
		if !seen[one.Digest] {
			seen[one.Digest] = true
			found = append(found, one)
		}
	}
	return found
}

// missingIn says what is there instead: names, and the digests of what has none that
// can be typed.
func missingIn(index *index, wanted string) error {
	var names, digests []string
	for _, one := range index.entries {
		if name := TypedName(one.Descriptor); name != "" {
			names = append(names, name)
		} else {
			digests = append(digests, one.Digest.String())
		}
	}
	slices.Sort(names)
	offered := append(slices.Compact(names), slices.Compact(digests)...)
	if len(offered) == 0 {
		return missing(wanted)
	}
	list := "the tags"
	if len(digests) > 0 {
		list = "the manifests"
	}
	return missing(wanted).WithCandidates(offered[:min(len(offered), maxOffered)]).
		WithHint("the %s has %s %s", index.place, list, shown(offered))
}

// shown lists the first of many.
func shown(offered []string) string {
	text := strings.Join(offered[:min(len(offered), maxShown)], ", ")
	if more := len(offered) - maxShown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// TypedName returns the name of a manifest in an index, or "" where it has none that
// a reference can hold behind its path.
func TypedName(desc ocispec.Descriptor) string {
	for _, name := range []string{desc.Annotations[ocispec.AnnotationRefName], desc.Annotations[imageName]} {
		if isTyped(name) {
			return name
		}
	}
	return ""
}

// isTyped reports whether a name is a tag, or a whole reference that ends in none or
// in one.
func isTyped(name string) bool {
	reference, err := ref.Parse(ref.Layout + ":x:" + name)
	return err == nil && name != "" && reference.Digest == ""
}

// otherName returns the whole reference of a manifest where the name is but its tag.
func (e entry) otherName(name string) string {
	if whole := e.Annotations[imageName]; whole != name && isTyped(whole) {
		return whole
	}
	return ""
}

// maxColons is how many colons of a path are looked at for the start of a name: a
// whole reference has a few.
const maxColons = 16

// IsThere reports whether there is anything at a path.
func IsThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// CutName cuts a path at the last colon before which there is a layout, or an
// archive: what follows is a name in it.
func CutName(path string, archive bool) (before, name string, found bool) {
	before = path
	for range maxColons {
		at := strings.LastIndexByte(before, ':')
		if at <= 0 {
			break
		}
		before = before[:at]
		info, err := os.Stat(before)
		switch {
		case err != nil:
		case archive && info.Mode().IsRegular():
			return before, path[at+1:], true
		case !archive && info.IsDir() && IsThere(filepath.Join(before, ocispec.ImageLayoutFile)):
			return before, path[at+1:], true
		}
	}
	return path, "", false
}
