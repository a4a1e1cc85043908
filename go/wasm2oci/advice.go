package wasm2oci

import (
	"errors"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// Hints on how to connect, which depend on how it was done.
var (
	usePlainHTTP   = fault.Textf("if it is a plain HTTP registry, use {plain_http} (not encrypted)")
	checkNetwork   = fault.Textf("check the network, and what is between")
	giveCA         = fault.Textf("give its CA with {ca_file}")
	giveClientCert = fault.Textf("give one with {client_cert} and {client_key}")
	// encryptOrAsk is for what is not sent in plain HTTP unless that is asked for.
	encryptOrAsk = fault.Textf("use {plain_http} if that is meant")
	// reportIt is for what no credential would change.
	reportIt = fault.Textf("report it to whoever runs the registry: other credentials do not help")
	// perhapsClientCert is for what servers of TLS 1.2 say to much.
	perhapsClientCert = fault.Textf("if it wants one, give it with {client_cert} and {client_key}")
)

// advise keeps an error from advising what was done, and what would not help.
func (o ClientOptions) advise(e *Error) *Error {
	if e.Hint == checkNetwork && o.isPlainLoopback(e.Reference) {
		// Not every server of TLS has an answer to plain HTTP.
		return e.WithHint("if it is an HTTPS registry, use {plain_http=False}").In("", "")
	}
	if e.Kind != TLS {
		return e
	}
	var status *transfer.StatusError
	errors.As(e, &status)
	switch {
	case e.Hint == speakHTTPS, status != nil && status.WantsTLS:
		e.WithHint("%s", o.howHTTPS(e.Reference))
	case e.Hint == usePlainHTTP && o.impliesTLS() != "":
		e.WithHint("if it is a plain HTTP registry, use {plain_http} (not encrypted) in place of %s", o.impliesTLS())
	case e.Hint == giveCA && o.CAFile != "":
		e.WithHint("check that its CA is in the {ca_file} %s", fault.Quote(o.CAFile))
	case (e.Hint == giveClientCert || e.Hint == perhapsClientCert || status != nil && status.WantsCertificate) && o.ClientCert != "":
		e.WithHint("check that it accepts the {client_cert} %s", fault.Quote(o.ClientCert))
	}
	return e.In("", "")
}

// speakHTTPS is the hint for a host that was asked in plain HTTP and cannot be.
var speakHTTPS = fault.Textf("leave out {plain_http}")

// howHTTPS says how a host that was asked in plain HTTP is asked in HTTPS: what
// that depends on is whether it is a loopback host.
func (o ClientOptions) howHTTPS(reference string) fault.Text {
	if isLoopbackReference(reference) {
		return fault.Textf("use {plain_http=False}: hosts of this machine are asked in plain HTTP otherwise")
	}
	return speakHTTPS
}

// isPlainLoopback reports whether a reference is to a loopback host that was asked
// in plain HTTP because nothing else was said.
func (o ClientOptions) isPlainLoopback(reference string) bool {
	return o.PlainHTTP == nil && o.impliesTLS() == "" && isLoopbackReference(reference)
}

func isLoopbackReference(reference string) bool {
	parsed, _, err := ParseDestination(reference) // which every reference is
	return err == nil && parsed.IsLoopback()
}

// impliesTLS returns the option that makes all connections TLS, or "".
func (o ClientOptions) impliesTLS() fault.Option {
	switch {
	case o.Insecure:
		return "insecure"
	case o.CAFile != "":
		return "ca_file"
	case o.ClientCert != "":
		return "client_cert"
	}
	return ""
}
