package wasm2oci

import (
	"github.com/wasm2oci/wasm2oci/go/internal/credential"
)

// elsewhere returns the credentials for hosts that references do not name: mirrors, and
// where a registry was moved to. What was given for no host in particular is not for
// them; what is listed by registry and what files have is.
func (c *credentials) elsewhere() *credentials {
	others := &credentials{
		from: c.from, listed: c.listed, finder: c.finder, authFile: c.authFile, secrets: c.secrets,
		found: map[string]credential.Found{},
	}
	if c.from.registry != "" {
		others.given = c.given
	} else {
		others.from.credential = ""
	}
	return others
}

// credentialsAt returns those for a place that has what a reference names.
func (c *Client) credentialsAt(place, logical Reference) *credentials {
	if place.Registry == logical.Registry {
		return c.credentials
	}
	return c.elsewhere
}
