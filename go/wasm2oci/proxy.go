package wasm2oci

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

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
		proxy, err := url.Parse(*options.Proxy)
		if err != nil || proxy.Host == "" || !slices.Contains(proxySchemes, proxy.Scheme) {
			return nil, fault.New(InvalidArgument, "{proxy} is not a URL such as http://HOST:PORT or socks5://HOST:PORT")
		}
		return http.ProxyURL(proxy), nil
	}
	config := httpproxy.Config{
		HTTPProxy:  env.either(proxyVariables["http"]...),
		HTTPSProxy: env.either(proxyVariables["https"]...),
		NoProxy:    env.either("NO_PROXY", "no_proxy"),
	}
	wrong := map[string]error{"http": env.checkProxy("http"), "https": env.checkProxy("https")}
	choose := config.ProxyFunc()
	// Which hosts need none is known only with the request: what is wrong with a variable
	// need not concern them.
	none := httpproxy.Config{HTTPProxy: "http://proxy", HTTPSProxy: "http://proxy", NoProxy: config.NoProxy}
	needs := none.ProxyFunc()
	return func(req *http.Request) (*url.URL, error) {
		if err := wrong[req.URL.Scheme]; err != nil {
			if proxy, _ := needs(req.URL); proxy != nil {
				return nil, err
			}
			return nil, nil //nolint:nilnil // nil means none
		}
		return choose(req.URL)
	}, nil
}

// checkProxy refuses a variable that names no proxy. Its value may hold a password.
func (e Environment) checkProxy(scheme string) error {
	for _, name := range proxyVariables[scheme] {
		text := e[name]
		if text == "" {
			continue
		}
		if !strings.Contains(text, "://") {
			text = "http://" + text
		}
		if proxy, err := url.Parse(text); err != nil || proxy.Hostname() == "" || !slices.Contains(proxySchemes, proxy.Scheme) {
			return fault.New(InvalidArgument, "%s is not a URL such as http://HOST:PORT or socks5://HOST:PORT; set it to one, or give {proxy}", name)
		}
		return nil
	}
	return nil
}
