package wasm2oci

import (
	"strconv"

	"github.com/wasm2oci/wasm2oci/go/internal/credential"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// The variables that stand for options of a client, where those are not given.
const (
	userVariable      = "WASM2OCI_USERNAME"
	passwordVariable  = "WASM2OCI_PASSWORD" //nolint:gosec // a name
	tokenVariable     = "WASM2OCI_TOKEN"    //nolint:gosec // a name
	registryVariable  = "WASM2OCI_REGISTRY"
	plainHTTPVariable = "WASM2OCI_PLAIN_HTTP"
	caFileVariable    = "WASM2OCI_CA_FILE"
	authFileVariable  = "WASM2OCI_AUTH_FILE"
)

// origins say what options come from the environment, for messages.
type origins struct {
	// credential are the names of its variables, or "" where it is given.
	credential string
	// registry is the only host that this credential is for, or "" for all.
	registry string
	// authFile and caFile are how messages name these files.
	authFile, caFile any
}

// withEnvironment returns the options with what the environment says where they say
// nothing. A variable that goes badly with an option that is given does not count.
func (o ClientOptions) withEnvironment(env Environment) (ClientOptions, origins, error) {
	from := origins{authFile: fault.Option("auth_file"), caFile: fault.Option("ca_file")}
	plain, err := env.flag(plainHTTPVariable)
	if err != nil {
		return o, from, err
	}
	caFile := env[caFileVariable]
	if orDefault(plain, false) && caFile != "" {
		return o, from, fault.New(InvalidArgument, "%s cannot be combined with %s; unset one of them", plainHTTPVariable, caFileVariable)
	}
	if o.PlainHTTP == nil && plain != nil && !(*plain && o.impliesTLS() != "") {
		o.PlainHTTP = plain
	}
	if o.CAFile == "" && caFile != "" && !orDefault(o.PlainHTTP, false) {
		o.CAFile, from.caFile = caFile, caFileVariable
	}
	if o.namesCredential() {
		return o, from, nil
	}
	if o.AuthFile == "" && env[authFileVariable] != "" {
		o.AuthFile, from.authFile = env[authFileVariable], authFileVariable
	}
	// A file that is given is meant to be asked.
	if from.authFile != any(authFileVariable) && o.AuthFile != "" {
		return o, from, nil
	}
	return o.withCredentialOf(env, from)
}

// namesCredential reports whether who the client is was given.
func (o ClientOptions) namesCredential() bool {
	return o.Username != "" || o.Password != nil || o.Token != ""
}

func (o ClientOptions) withCredentialOf(env Environment, from origins) (ClientOptions, origins, error) {
	user, token := env[userVariable], env[tokenVariable]
	password, hasPassword := env[passwordVariable]
	switch {
	case token == "" && user == "" && password == "":
		return o, from, nil
	case token != "" && (user != "" || password != ""):
		return o, from, fault.New(InvalidArgument, "%s cannot be combined with %s and %s; unset one or the other", tokenVariable, userVariable, passwordVariable)
	case token != "":
		o.Token, from.credential = token, tokenVariable
		if !isToken(token) {
			return o, from, fault.New(InvalidArgument, "%s contains a space or a control character, such as a line break", tokenVariable)
		}
	case user == "" || !hasPassword:
		return o, from, fault.New(InvalidArgument, "%s and %s must be set together", userVariable, passwordVariable)
	default:
		o.Username, o.Password, from.credential = user, &password, userVariable+" and "+passwordVariable
		if !isUser(user) || hasControl(password) {
			return o, from, fault.New(InvalidArgument, "%s contains a colon, or %s or %s a control character, such as a line break", userVariable, userVariable, passwordVariable)
		}
	}
	from.registry = env[registryVariable]
	if from.registry != "" && !credential.IsHost(from.registry) {
		return o, from, fault.New(InvalidArgument, "%s is %s, which is not HOST or HOST:PORT", registryVariable, fault.Quote(from.registry))
	}
	return o, from, nil
}

// flag reads a variable that is true or false; nil where it is not set.
func (e Environment) flag(name string) (*bool, error) {
	if e[name] == "" {
		return nil, nil //nolint:nilnil // not set
	}
	value, err := strconv.ParseBool(e[name])
	if err != nil {
		return nil, fault.New(InvalidArgument, "%s is %s, which is neither true nor false", name, fault.Quote(e[name]))
	}
	return &value, nil
}
