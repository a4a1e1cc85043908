package wasm2oci

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/http/httpproxy"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// proxySchemes are how a proxy may be spoken to. Names are looked up by the proxy, also
// with the first of the last two.
var proxySchemes = []string{"http", "https", "socks5", "socks5h"}

// proxyVariables are the variables of proxies for requests over HTTP and HTTPS, the first
// that is set counts (curl(1), "ENVIRONMENT").
var proxyVariables = map[string][]string{
	"http":  {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"},
	"https": {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"},
}

// proxyFunc follows the option, else the snapshot of the environment.
func proxyFunc(options ClientOptions, env Environment) (func(*http.Request) (*url.URL, error), error) {
	if options.Proxy != nil {
		if *options.Proxy == "" {
			return nil, nil //nolint:nilnil // nil means none
		}
		proxy, reason := parseProxy(*options.Proxy)
		if reason != "" {
			return nil, fault.New(InvalidArgument, "{proxy} is not a URL such as http://HOST:PORT or socks5://HOST:PORT: %s", reason)
		}
		return http.ProxyURL(proxy), nil
	}
	noProxy, mistaken := env.exceptions()
	config := httpproxy.Config{
		HTTPProxy:  env.either(proxyVariables["http"]...),
		HTTPSProxy: env.either(proxyVariables["https"]...),
		NoProxy:    noProxy,
	}
	wrong := map[string]error{"http": env.checkProxy("http"), "https": env.checkProxy("https")}
	choose := config.ProxyFunc()
	// Which hosts need none is known only with the request: what is wrong with a variable
	// need not concern them.
	needed := needing(noProxy)
	return func(req *http.Request) (*url.URL, error) {
		if err := wrong[req.URL.Scheme]; err != nil {
			if needed(req.URL) {
				return nil, err
			}
			return nil, nil //nolint:nilnil // nil means none
		}
		proxy, err := choose(req.URL)
		if proxy == nil || err != nil {
			return nil, err
		}
		for _, one := range mistaken {
			if !needing(one)(req.URL) {
				return nil, fault.New(InvalidArgument, "%s names %s in a form that counts for nothing", env.set("NO_PROXY", "no_proxy"), fault.Quote(one)).
					WithHint("write hosts without a scheme and a path, and with a port from 1 to 65535 or none")
			}
		}
		return proxy, nil
	}, nil
}

// needing returns what reports whether a proxy is used for an address, where there is one
// with these exceptions.
func needing(noProxy string) func(*url.URL) bool {
	config := httpproxy.Config{HTTPProxy: "http://proxy", HTTPSProxy: "http://proxy", NoProxy: noProxy}
	choose := config.ProxyFunc()
	return func(address *url.URL) bool {
		proxy, _ := choose(address)
		return proxy != nil
	}
}

// exceptions returns what needs no proxy, as a list with commas, and the hosts in it that
// are written so that they count for nothing.
func (e Environment) exceptions() (noProxy string, mistaken []string) {
	entries := strings.FieldsFunc(e.either("NO_PROXY", "no_proxy"), func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	for _, entry := range entries {
		_, host, isURL := strings.Cut(entry, "://")
		if !isURL {
			host = entry
		}
		if isURL { // which may have a password
			host = host[:indexAny(host, "/?#")]
			host = host[strings.LastIndex(host, "@")+1:]
		}
		bare, port, err := net.SplitHostPort(host)
		switch {
		case err == nil && !isPort(port), err == nil && isURL:
			mistaken = append(mistaken, bare)
		case isURL:
			mistaken = append(mistaken, host)
		}
	}
	return strings.Join(entries, ","), mistaken
}

// checkProxy refuses a variable that names no proxy. Its value may hold a password.
func (e Environment) checkProxy(scheme string) error {
	name := e.set(proxyVariables[scheme]...)
	if name == "" {
		return nil
	}
	text := e[name]
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	if _, reason := parseProxy(text); reason != "" {
		return fault.New(InvalidArgument, "%s is not a URL such as http://HOST:PORT or socks5://HOST:PORT: %s", name, reason).
			WithHint("set it to one, or give {proxy}")
	}
	return nil
}

// set returns the first of some variables that is set and not empty.
func (e Environment) set(names ...string) string {
	for _, name := range names {
		if e[name] != "" {
			return name
		}
	}
	return ""
}

// parseProxy reads the URL of a proxy, or says what is wrong with it without repeating any
// of it.
func parseProxy(text string) (proxy *url.URL, reason string) {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return nil, "it contains a space or a line break"
	}
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		return nil, "it has no scheme"
	}
	if !slices.Contains(proxySchemes, strings.ToLower(scheme)) {
		return nil, "its scheme is not one of " + strings.Join(proxySchemes, ", ")
	}
	user, authority := "", rest
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		user, authority = rest[:at], rest[at+1:]
	}
	if _, err := url.PathUnescape(user); err != nil || strings.ContainsAny(user, "/?#") {
		return nil, "the user name or the password has characters that have to be percent-encoded, such as %2F for a slash"
	}
	authority = authority[:indexAny(authority, "/?#")]
	if strings.Count(authority, ":") > 1 && !strings.HasPrefix(authority, "[") {
		return nil, "an IPv6 address has to be in brackets, and there can be one port only"
	}
	if host, port, err := net.SplitHostPort(authority); err == nil && host != "" && port != "" && !isPort(port) {
		return nil, "its port is not a number from 1 to 65535"
	}
	proxy, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, "its host cannot be read"
	case proxy.Hostname() == "":
		return nil, "it names no host"
	}
	return proxy, ""
}

func indexAny(text, signs string) int {
	if at := strings.IndexAny(text, signs); at >= 0 {
		return at
	}
	return len(text)
}

func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}
