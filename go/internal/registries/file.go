package registries

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// maxFile is how large a file may be, in bytes.
const maxFile = 1 << 20

// mostOdd is of how many keys of a file it is said that they are not known.
const mostOdd = 10

// document is a file in either version of the format. What is of the type any is of no
// interest here, and known.
type document struct {
	UnqualifiedSearch   any `toml:"unqualified-search-registries"`
	ShortNameMode       any `toml:"short-name-mode"`
	Aliases             any `toml:"aliases"`
	CredentialHelpers   any `toml:"credential-helpers"`
	AdditionalLayerAuth any `toml:"additional-layer-store-auth-helper"`
	Registries          []struct {
		Prefix             string `toml:"prefix"`
		Location           string `toml:"location"`
		Insecure           bool   `toml:"insecure"`
		Blocked            bool   `toml:"blocked"`
		PullFromMirror     string `toml:"pull-from-mirror"`
		MirrorByDigestOnly bool   `toml:"mirror-by-digest-only"`
		Mirrors            []struct {
			Location       string `toml:"location"`
			Insecure       bool   `toml:"insecure"`
			PullFromMirror string `toml:"pull-from-mirror"`
		} `toml:"mirror"`
	} `toml:"registry"`
	// Old is version 1, which some systems still have.
	Old struct {
		Search   any     `toml:"search"`
		Insecure oldList `toml:"insecure"`
		Block    oldList `toml:"block"`
	} `toml:"registries"`
}

type oldList struct {
	Registries []string `toml:"registries"`
}

// restriction says for which references a mirror is.
type restriction string

const (
	always     restriction = "all"
	digestOnly restriction = "digest-only"
	tagOnly    restriction = "tag-only"
)

// read returns the tables of a file, and what is odd about it: keys that are not known, which
// may be misspelt.
func read(path string) (tables []registry, odd []string, err error) {
	raw, err := atomicfile.ReadRegular(path, maxFile)
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return nil, nil, fault.New(fault.Filesystem, "%s: %w", fault.Quote(path), pathErr.Err).WithPath(path)
	}
	if err != nil {
		return nil, nil, err
	}
	var found document
	err = toml.NewDecoder(bytes.NewReader(raw)).DisallowUnknownFields().Decode(&found)
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) { // All others are read.
		odd, err = unknownKeys(path, unknown), nil
	}
	if err != nil {
		line, what := 0, strings.TrimPrefix(err.Error(), "toml: ")
		var broken *toml.DecodeError
		if errors.As(err, &broken) {
			line, _ = broken.Position()
			if key := broken.Key(); len(key) > 0 && strings.Contains(what, "cannot decode") {
				what = fmt.Sprintf("the value of %s is of another type", strings.Join(key, "."))
			}
		}
		return nil, nil, invalid(path, line, what)
	}
	tables, err = (&reader{path, raw}).tables(&found)
	return tables, odd, err
}

// unknownKeys says in words which keys are not known; of a table that is not, it names each key.
func unknownKeys(path string, unknown *toml.StrictMissingError) (odd []string) {
	for _, one := range unknown.Errors[:min(len(unknown.Errors), mostOdd)] {
		line, _ := one.Position()
		odd = append(odd, fmt.Sprintf("%s, line %d: the key %s is not known and does nothing", fault.Quote(path), line, fault.Quote(strings.Join(one.Key(), "."))))
	}
	return odd
}

// invalid returns the fault of a file.
func invalid(path string, line int, what string) error {
	where := fault.Quote(path)
	if line > 0 {
		where += fmt.Sprintf(", line %d", line)
	}
	return fault.New(fault.InvalidArgument, "%s: %s", where, what).WithPath(path)
}

// reader checks the values of a file (containers-registries.conf(5)).
type reader struct {
	path string
	raw  []byte
}

// wrong returns the fault of a key in a table of [[registry]], or in one of its mirrors
// where that is not negative, both counted from 0.
func (r *reader) wrong(table, mirror int, key, format string, args ...any) error {
	return invalid(r.path, lineOf(r.raw, table, mirror, key), fmt.Sprintf(format, args...))
}

func (r *reader) tables(found *document) ([]registry, error) {
	var all []registry
	for i, table := range found.Registries {
		one := registry{file: r.path, insecure: table.Insecure, blocked: table.Blocked}
		var err error
		if one.prefix, err = prefixOf(table.Prefix); err != nil {
			return nil, r.wrong(i, -1, "prefix", "%s", err)
		}
		if one.location, err = locationOf(table.Location); err != nil {
			return nil, r.wrong(i, -1, "location", "%s", err)
		}
		switch {
		case one.prefix == "" && one.location == "":
			return nil, r.wrong(i, -1, "", "the registry has neither a prefix nor a location; add location = \"HOST\"")
		case one.prefix == "":
			one.prefix = one.location
		case one.location == "" && !strings.HasPrefix(one.prefix, "*."):
			return nil, r.wrong(i, -1, "", "the registry with the prefix %[1]s has no location; add location = %[1]s, or where else it is kept", fault.Quote(one.prefix))
		}
		if table.PullFromMirror != "" {
			return nil, r.wrong(i, -1, "pull-from-mirror", "pull-from-mirror is a matter of mirrors; the registry %s is none", fault.Quote(one.prefix))
		}
		for j, part := range table.Mirrors {
			added := mirror{insecure: part.Insecure, only: restriction(part.PullFromMirror)}
			if added.location, err = locationOf(part.Location); err != nil {
				return nil, r.wrong(i, j, "location", "%s", err)
			}
			switch {
			case added.location == "":
				return nil, r.wrong(i, j, "", "a mirror of %s has no location; add location = \"HOST/PATH\", where the mirror is", fault.Quote(one.prefix))
			case added.only != "" && added.only != always && added.only != digestOnly && added.only != tagOnly:
				return nil, r.wrong(i, j, "pull-from-mirror", "pull-from-mirror is %s, not all, digest-only or tag-only", fault.Quote(part.PullFromMirror))
			case added.only != "" && table.MirrorByDigestOnly:
				return nil, r.wrong(i, j, "pull-from-mirror", "pull-from-mirror and mirror-by-digest-only exclude each other; %s has both", fault.Quote(one.prefix))
			}
			if table.MirrorByDigestOnly {
				added.only = digestOnly
			}
			one.mirrors = append(one.mirrors, added)
		}
		all = append(all, one)
	}
	return r.old(found, all)
}

// old adds the lists of version 1 as tables.
func (r *reader) old(found *document, all []registry) ([]registry, error) {
	for _, list := range []struct {
		places []string
		table  registry
	}{
		{found.Old.Block.Registries, registry{file: r.path, blocked: true}},
		{found.Old.Insecure.Registries, registry{file: r.path, insecure: true}},
	} {
		for _, place := range list.places {
			location, err := locationOf(place)
			if err != nil {
				return nil, invalid(r.path, 0, err.Error())
			}
			list.table.prefix, list.table.location = location, location
			all = append(all, list.table)
		}
	}
	return all, nil
}

// locationOf reads HOST[:PORT][/PATH], or nothing.
func locationOf(text string) (string, error) {
	place, err := trimmed(text)
	if err != nil || place == "" {
		return "", err
	}
	if _, err := ref.ParseRepository(withPath(place)); err != nil {
		return "", fmt.Errorf("%s is not HOST[:PORT][/PATH]", quoted(text))
	}
	return place, nil
}

// prefixOf reads a location, which may have a tag or a digest, or "*." and a host.
func prefixOf(text string) (string, error) {
	if host, wild := strings.CutPrefix(text, "*."); wild {
		if _, err := ref.Parse(host + ".host/a"); err != nil || strings.ContainsAny(host, "/:@*") {
			return "", fmt.Errorf("%s is not a prefix; a wildcard is followed by a host alone", quoted(text))
		}
		return text, nil
	}
	place, err := trimmed(text)
	if err != nil || place == "" {
		return "", err
	}
	if _, err := ref.Parse(withPath(place)); err != nil {
		return "", fmt.Errorf("%s is neither HOST[:PORT][/PATH] nor *.HOST", quoted(text))
	}
	return place, nil
}

// trimmed returns a place without slashes at its end.
func trimmed(text string) (string, error) {
	if strings.Contains(text, "://") {
		return "", fmt.Errorf("%s has a scheme; write HOST[:PORT][/PATH]", quoted(text))
	}
	return strings.TrimRight(text, "/"), nil
}

// quoted is a place in a message, without a password that should not be in it.
func quoted(text string) string { return fault.Quote(ref.WithoutUser(text)) }

// withPath makes a reference of what may be a host alone.
func withPath(place string) string {
	if strings.Contains(place, "/") {
		return place
	}
	return place + "/a"
}
