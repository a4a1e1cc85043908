package wasm2oci

import (
	"context"
	"path/filepath"
	"sync"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/registries"
)

// registriesVariable is containers/image's own.
const registriesVariable = "CONTAINERS_REGISTRIES_CONF"

// newPlaces returns what says where the things that references name are kept. A file that
// was given is read now; that of the variable, and those of the system, which are meant
// for other programs as well, when a registry is first used.
func newPlaces(options ClientOptions, environment Environment) (func() (*registries.Config, error), error) {
	if options.RegistriesConf != nil {
		path := *options.RegistriesConf
		if path == "" {
			return func() (*registries.Config, error) { return nil, nil }, nil //nolint:nilnil // none
		}
		config, err := registries.Load(path)
		return func() (*registries.Config, error) { return config, nil }, err
	}
	return sync.OnceValues(func() (*registries.Config, error) {
		if path := environment[registriesVariable]; path != "" {
			return registries.Load(path)
		}
		return registries.LoadSystem(containersFolder(systemFolder), containersFolder(environment.userSettings()))
	}), nil
}

// userSettings is where containers/image looks for a user's settings, whatever
// XDG_CONFIG_HOME is.
func (e Environment) userSettings() string {
	home := e.either("HOME", "USERPROFILE")
	if home == "" {
		return ""
	}
	return filepath.Join(home, ".config")
}

func containersFolder(settings string) string {
	if settings == "" {
		return ""
	}
	return filepath.Join(settings, "containers")
}

// readPlaces returns what says where things are kept, and warns once of what is odd about it.
func (c *Client) readPlaces(ctx context.Context) (*registries.Config, error) {
	config, err := c.registries()
	c.odd.Do(func() {
		for _, text := range config.Odd() {
			monitor.From(ctx).Log(monitor.Warning, "%s", text)
		}
	})
	return config, err
}

// places says where what a reference names is kept.
func (c *Client) places(ctx context.Context, reference Reference) (registries.Places, error) {
	config, err := c.readPlaces(ctx)
	if err != nil {
		return registries.Places{}, err
	}
	return config.Find(reference)
}

// locationOf is where what a reference names is kept.
func locationOf(opened target, reference Reference) Reference {
	switch opened := opened.(type) {
	case *registryTarget:
		return opened.at
	case *cachedTarget:
		return opened.at
	}
	return reference
}
