// Package registries reads the registries.conf of containers/image, which says where
// what is named as one registry's is really kept, and which mirrors of it there are
// (containers-registries.conf(5), containers-registries.conf.d(5)).
package registries

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// Config are the tables of all files.
type Config struct {
	registries []registry
	odd        []string
}

// Odd says what is odd about the files and does no harm, one text for each: keys that are not
// known, which may be misspelt. containers/image only notes them in its log.
func (c *Config) Odd() []string {
	if c == nil {
		return nil
	}
	return c.odd
}

// registry is one table.
type registry struct {
	// file is where it is written.
	file              string
	prefix, location  string
	insecure, blocked bool
	mirrors           []mirror
}

type mirror struct {
	location string
	insecure bool
	only     restriction
}

// Load reads one file, and no other.
//
// Errors: Filesystem and InvalidArgument, with the file and the line.
func Load(path string) (*Config, error) {
	config := &Config{}
	return config, config.add(path)
}

// LoadSystem reads what is there of these, in this order, where later tables replace
// those of the same prefix:
//
//	SYSTEM/registries.conf, or USER/registries.conf in its place
//	SYSTEM/registries.conf.d/*.conf, unless there is a USER/registries.conf
//	USER/registries.conf.d/*.conf
//
// A folder that is empty is not looked at, nor one of the user that may not be looked into.
func LoadSystem(system, user string) (*Config, error) {
	config := &Config{}
	folders := []string{system, user}
	if isFile(user, "registries.conf") {
		folders = folders[1:]
	}
	if folders[0] != "" {
		if err := config.add(filepath.Join(folders[0], "registries.conf")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		err := config.addFolder(filepath.Join(folder, "registries.conf.d"))
		// A program that has dropped its rights still has the home of who started it.
		if err != nil && (folder != user || !errors.Is(err, fs.ErrPermission)) {
			return nil, err
		}
	}
	return config, nil
}

func isFile(folder, name string) bool {
	if folder == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(folder, name))
	return err == nil
}

// addFolder reads the files of a folder, if there is one, in the order of their names.
func (c *Config) addFolder(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return fault.New(fault.Filesystem, "%s: %w", fault.Quote(folder), pathErr.Err).WithPath(folder)
	}
	for _, entry := range entries {
		if entry.IsDir() || !strings.HasSuffix(entry.Name(), ".conf") {
			continue
		}
		// One may be removed at this moment.
		if err := c.add(filepath.Join(folder, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// add reads a file. Of the tables with one prefix, the first in a file counts, and the
// last file.
func (c *Config) add(path string) error {
	found, odd, err := read(path)
	if err != nil {
		return err
	}
	c.odd = append(c.odd, odd...)
	seen := map[string]bool{}
	for _, one := range found {
		if seen[one.prefix] {
			continue
		}
		seen[one.prefix] = true
		c.put(one)
	}
	return nil
}

func (c *Config) put(one registry) {
	for i := range c.registries {
		if c.registries[i].prefix == one.prefix {
			c.registries[i] = one
			return
		}
	}
	c.registries = append(c.registries, one)
}

// Place is where an artifact may be had.
type Place struct {
	Reference ref.Reference
	// Insecure means that neither TLS nor a certificate that can be verified is wanted.
	Insecure bool
}

// Places are where an artifact may be had: from one of the mirrors, in their order, and
// from its origin, which is also where it is put.
type Places struct {
	Mirrors []Place
	Origin  Place
	// File is what moved the origin; empty where it is where its name says.
	File string
	// Blocked is set where the origin is not to be asked: PermissionDenied.
	Blocked error
}

// Find says where what a reference names may be had. That is where it says, if no table
// is for it, or there is no Config. A mirror that is blocked itself is left out.
//
// Errors: InvalidReference where a table makes of it what is not a reference.
func (c *Config) Find(reference ref.Reference) (Places, error) {
	found := Places{Origin: Place{Reference: reference}}
	table, length := c.find(reference.String())
	if table == nil {
		return found, nil
	}
	var err error
	if found.Origin, err = table.place(reference, table.location, table.insecure, length); err != nil {
		return found, err
	}
	if found.Origin.Reference != reference {
		found.File = table.file
	}
	if found.Blocked = table.isBlocked(); found.Blocked == nil {
		found.Blocked = c.isBlocked(found.Origin)
	}
	for _, one := range table.mirrors {
		if reference.Digest == "" && one.only == digestOnly || reference.Digest != "" && one.only == tagOnly {
			continue
		}
		place, err := table.place(reference, one.location, one.insecure, length)
		if err != nil {
			return found, err
		}
		if c.isBlocked(place) == nil {
			found.Mirrors = append(found.Mirrors, place)
		}
	}
	return found, nil
}

// IsInsecure reports whether neither TLS nor a certificate that can be verified is wanted
// of a registry.
//
// Errors: PermissionDenied where it is blocked.
func (c *Config) IsInsecure(host string) (bool, error) {
	table, _ := c.find(host)
	if table == nil {
		return false, nil
	}
	return table.insecure, table.isBlocked()
}

// isBlocked returns an error if the table for a place forbids it.
func (c *Config) isBlocked(place Place) error {
	table, _ := c.find(place.Reference.String())
	if table == nil {
		return nil
	}
	return table.isBlocked()
}

func (r *registry) isBlocked() error {
	if !r.blocked {
		return nil
	}
	return fault.New(fault.PermissionDenied, "%s is blocked by %s", fault.Quote(r.prefix), fault.Quote(r.file)).
		WithPath(r.file).WithHint("change that file, or name another with {registries_conf}")
}

// find returns the table with the longest prefix of a reference, and how much of the
// reference it is for; nil where there is none.
func (c *Config) find(name string) (table *registry, length int) {
	if c == nil {
		return nil, 0
	}
	for i := range c.registries {
		one := &c.registries[i]
		if matched := one.matches(name); matched > 0 && (table == nil || len(one.prefix) > len(table.prefix)) {
			table, length = one, matched
		}
	}
	return table, length
}

// matches returns how much of a reference a table is for, or 0.
func (r *registry) matches(name string) int {
	if suffix, wild := strings.CutPrefix(r.prefix, "*"); wild {
		host, _, _ := strings.Cut(name, "/")
		bare := host
		if !strings.HasPrefix(host, "[") {
			bare, _, _ = strings.Cut(host, ":")
		}
		if !strings.HasSuffix(bare, suffix) || len(bare) == len(suffix) {
			return 0
		}
		return len(host)
	}
	if !strings.HasPrefix(name, r.prefix) {
		return 0
	}
	rest := name[len(r.prefix):]
	// After a host, a colon begins a port: that is another registry.
	if rest == "" || rest[0] == '/' || strings.Contains(r.prefix, "/") && (rest[0] == ':' || rest[0] == '@') {
		return len(r.prefix)
	}
	return 0
}

// place puts a location in place of what a table is for.
func (r *registry) place(reference ref.Reference, location string, insecure bool, length int) (Place, error) {
	if location == "" || location == r.prefix {
		return Place{reference, insecure}, nil
	}
	text := location + reference.String()[length:]
	moved, err := ref.Parse(text)
	if err != nil {
		return Place{}, fault.New(fault.InvalidReference, "%s makes %s of it, which is not a reference", fault.Quote(r.file), fault.Quote(text)).
			WithPath(r.file).WithHint("check the locations for the prefix %s", fault.Quote(r.prefix))
	}
	if moved.Untagged {
		// The prefix has the tag, or there is none.
		moved.Tag, moved.Digest, moved.Untagged = reference.Tag, reference.Digest, reference.Untagged
	}
	return Place{moved, insecure}, nil
}
