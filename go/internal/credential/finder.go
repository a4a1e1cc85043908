package credential

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/secret"
)

// Finder looks for credentials. All its methods may be called from many goroutines
// at a time.
type Finder struct {
	files       []source
	environment map[string]string
	secrets     *secret.Set
	helperLimit time.Duration
	// asking are the helpers that run.
	asking *askings
}

// source is a file that may hold credentials.
type source struct {
	path string
	// named means that the user wants this file and no other.
	named bool
}

// Found is what was found for a registry.
type Found struct {
	auth.Credential
	// Path is the file that has it, or names the helper that has it; empty where
	// nothing was found.
	Path string
	// Helper is the program that has it; empty where the file does.
	Helper string
	// Problems are faults: what could not be used on the way there.
	Problems []error
}

// NewFinder makes a Finder. A file that is named is the only one; else these are
// looked at, those that exist:
//
//	$REGISTRY_AUTH_FILE
//	$DOCKER_CONFIG/config.json
//	$XDG_RUNTIME_DIR/containers/auth.json
//	$XDG_CONFIG_HOME/containers/auth.json, or that of ~/.config
//	~/.docker/config.json, unless DOCKER_CONFIG is set
//
// as podman and docker do (containers-auth.json(5); docker login). The environment
// is used for the helpers as well. What is found is added to the secrets, which may be
// nil.
func NewFinder(named string, environment map[string]string, secrets *secret.Set) *Finder {
	finder := &Finder{environment: environment, secrets: secrets, helperLimit: DefaultHelperLimit, asking: &askings{}}
	if named != "" {
		finder.files = []source{{named, true}}
		return finder
	}
	home := finder.home()
	add := func(dir string, rest ...string) {
		if dir != "" {
			finder.files = append(finder.files, source{path: filepath.Join(append([]string{dir}, rest...)...)})
		}
	}
	add(environment["REGISTRY_AUTH_FILE"])
	add(environment["DOCKER_CONFIG"], "config.json")
	add(environment["XDG_RUNTIME_DIR"], "containers", "auth.json")
	switch config := environment["XDG_CONFIG_HOME"]; {
	case config != "":
		add(config, "containers", "auth.json")
	default:
		add(home, ".config", "containers", "auth.json")
	}
	if environment["DOCKER_CONFIG"] == "" {
		add(home, ".docker", "config.json")
	}
	return finder
}

// Named returns a Finder that looks at one file alone.
func (f *Finder) Named(path string) *Finder {
	named := NewFinder(path, f.environment, f.secrets)
	named.helperLimit, named.asking = f.helperLimit, f.asking
	return named
}

// home is the user's folder, or "".
func (f *Finder) home() string {
	if home := f.environment["HOME"]; home != "" {
		return home
	}
	return f.environment["USERPROFILE"]
}

// LimitHelpers sets how long a helper may take, in place of DefaultHelperLimit.
func (f *Finder) LimitHelpers(limit time.Duration) { f.helperLimit = limit }

// From says in words where a credential was found, or "" where none was.
func (f Found) From() string {
	switch {
	case f.Path == "":
		return ""
	case f.Helper != "":
		return fmt.Sprintf("%s, named in %s", f.Helper, fault.Quote(f.Path))
	}
	return fault.Quote(f.Path)
}

// Guard adds what is secret of a credential to the secrets.
func Guard(secrets *secret.Set, one auth.Credential) {
	secrets.AddPassword(one.Username, one.Password)
	secrets.Add(one.RefreshToken)
	secrets.Add(one.AccessToken)
}

// Find looks for the credential of a repository of a registry. host has its port
// where it is not the usual one. Where a file or a helper cannot be used, the
// others are asked; what is wrong is told either way.
func (f *Finder) Find(ctx context.Context, host, repository string) Found {
	return f.Search().Find(ctx, host, repository, false)
}

// Find is Find of the Finder, and asks no helper twice. What a helper said before counts no
// more where it has turned out to be out of date.
func (s *Search) Find(ctx context.Context, host, repository string, outdated bool) Found {
	var problems []error
	for _, one := range s.files {
		file, err := load(one.path, one.named)
		if errors.Is(err, fs.ErrNotExist) && !one.named {
			continue
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		found, helper, failed := s.inFile(ctx, file, host, repository, outdated)
		problems = append(problems, failed...)
		if found != auth.EmptyCredential {
			Guard(s.secrets, found)
			return Found{found, one.path, helper, problems}
		}
	}
	return Found{Problems: problems}
}

// inFile follows docker's order, and goes on where it would give up: a helper
// without an entry leaves the entry in the file.
func (s *Search) inFile(ctx context.Context, file *file, host, repository string, outdated bool) (found auth.Credential, helper string, problems []error) {
	for _, name := range file.helpers(host) {
		found, err := s.ask(ctx, name, host, outdated)
		if err != nil {
			problems = append(problems, silent(programPrefix+name, file.path, format(err)))
		}
		if found != auth.EmptyCredential {
			return found, programPrefix + name, problems
		}
	}
	found, err := file.entry(host, repository)
	if err != nil {
		problems = append(problems, err)
	}
	return found, "", problems
}
