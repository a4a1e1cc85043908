package credential

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// Stored says where a credential was put.
type Stored struct {
	// Path is the file that has it, or names the helper that has it.
	Path string
	// Helper is the program that has it; empty where the file does.
	Helper string
}

// Store keeps the credential of a registry where Find looks for it: with the helper that
// the file names, else in the file. That is the one that was named, which need not
// exist; else the first that knows the registry, whose old credential would be found
// before; else $REGISTRY_AUTH_FILE or docker's, which docker, podman, skopeo and oras read.
//
// Errors: Unauthenticated for a file or a helper that cannot be used, Filesystem,
// InvalidArgument where there is no place.
func (f *Finder) Store(ctx context.Context, host string, given auth.Credential) (Stored, error) {
	Guard(f.secrets, given)
	path, err := f.place(host)
	if err != nil {
		return Stored{}, err
	}
	stored := Stored{Path: path}
	err = rewrite(ctx, path, func(file *file, entries *document) (bool, error) {
		kept := given
		// A helper has no way to say that its secret is a token of the registry.
		if names := file.helpers(host); len(names) > 0 && given.AccessToken == "" {
			if err := f.tell(ctx, names[0], host, given); err != nil {
				return false, silent(programPrefix+names[0], path, format(err))
			}
			stored.Helper, kept = programPrefix+names[0], auth.EmptyCredential
		}
		return true, setEntry(entries, credentials.ServerAddressFromHostname(host), kept)
	})
	return stored, err
}

// place returns the file that a credential goes to.
func (f *Finder) place(host string) (string, error) {
	for _, one := range f.files {
		if one.named {
			return one.path, nil
		}
		known, err := load(one.path, false)
		if err == nil && (match(known.Auths, host, "") != "" || match(known.CredHelpers, host, "") != "") {
			return one.path, nil
		}
	}
	switch {
	case f.environment["REGISTRY_AUTH_FILE"] != "":
		return f.environment["REGISTRY_AUTH_FILE"], nil
	case f.environment["DOCKER_CONFIG"] != "":
		return filepath.Join(f.environment["DOCKER_CONFIG"], "config.json"), nil
	case f.home() != "":
		return filepath.Join(f.home(), ".docker", "config.json"), nil
	}
	return "", fault.New(fault.InvalidArgument, "there is no home directory to keep a credential in").WithHint("name a file with {auth_file}")
}

// setEntry writes an entry. Members of it that are not ours stay; an empty credential
// leaves a mark that a helper has it, as docker does.
func setEntry(entries *document, key string, given auth.Credential) error {
	found, err := parseDocument(entries.get(key))
	if err != nil {
		found = nil // no entry, whatever it was
	}
	found.remove(isSecret)
	if given.RefreshToken != "" && given.Username == "" {
		given.Username = tokenUser // skopeo and podman leave out an entry without a name
	}
	if given.Username != "" || given.Password != "" {
		found.set("auth", quoted(base64.StdEncoding.EncodeToString([]byte(given.Username+":"+given.Password))))
	}
	if given.RefreshToken != "" {
		found.set("identitytoken", quoted(given.RefreshToken))
	}
	if given.AccessToken != "" {
		found.set("registrytoken", quoted(given.AccessToken))
	}
	entries.set(key, found.encode())
	return nil
}

// isSecret reports whether a member of an entry says who somebody is.
func isSecret(name string) bool {
	switch name {
	case "auth", "username", "password", "identitytoken", "registrytoken":
		return true
	}
	return false
}

// Erased says what Erase has removed and what it has not.
type Erased struct {
	// Registries had a credential.
	Registries []string
	// Left are podman's entries for repositories of the registry, or for what is above them.
	Left []string
}

// Erase removes the credentials of a registry from all files and helpers that Find asks,
// or of all registries where host is empty. With a path it removes podman's entry for that
// path of the registry alone.
//
// Errors: as Store. What can be removed is removed all the same.
func (f *Finder) Erase(ctx context.Context, host, path string) (Erased, error) {
	found, left := map[string]bool{}, map[string]bool{}
	var failures []error
	for _, one := range f.files {
		_, err := load(one.path, one.named)
		if errors.Is(err, fs.ErrNotExist) && !one.named {
			continue
		}
		if err == nil {
			err = rewrite(ctx, one.path, func(file *file, entries *document) (bool, error) {
				if path != "" {
					return erasePath(entries, Written(host)+"/"+path, found), nil
				}
				changed, failed := f.eraseIn(ctx, file, entries, host, found)
				for key := range file.Auths {
					if host != "" && strings.HasPrefix(key, Written(host)+"/") && !Means(key, host) {
						left[key] = true
					}
				}
				if failed != nil {
					failures = append(failures, failed)
				}
				return changed, nil
			})
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	erased := Erased{sortedNames(found), sortedNames(left)}
	if len(failures) > 0 {
		return erased, failures[0]
	}
	return erased, nil
}

// erasePath removes one entry, and reports whether it was there.
func erasePath(entries *document, wanted string, found map[string]bool) bool {
	removed := entries.remove(func(key string) bool { return key == wanted })
	if removed > 0 {
		found[wanted] = true
	}
	return removed > 0
}

// eraseIn does so in one file, and reports whether its entries have changed. That of a
// helper that failed stays, since it says what that still has.
func (f *Finder) eraseIn(ctx context.Context, file *file, entries *document, host string, found map[string]bool) (bool, error) {
	var failed error
	kept := map[string]bool{}
	for _, known := range file.hosts(host) {
		for _, name := range file.helpers(known) {
			erased, err := f.erase(ctx, name, known)
			if err != nil {
				if failed == nil {
					failed = silent(programPrefix+name, file.path, format(err))
				}
				kept[known] = true
			}
			if erased {
				found[known] = true
			}
		}
	}
	removed := entries.remove(func(key string) bool {
		if host != "" && !Means(key, host) {
			return false
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(entries.get(key), &members) == nil && isEntry(members) {
			found[hostOf(key)] = true
			return true
		}
		return !kept[hostOf(key)]
	})
	return removed > 0, failed
}

// hosts are those whose helpers are asked: one, or all that the file knows.
func (f *file) hosts(host string) []string {
	if host != "" {
		return []string{host}
	}
	all := map[string]bool{}
	for key := range f.Auths {
		all[hostOf(key)] = true
	}
	for key := range f.CredHelpers {
		all[hostOf(key)] = true
	}
	return sortedNames(all)
}
