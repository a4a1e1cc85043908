package transfer

import (
	"net/http"
	"strings"
	"testing"
)

func TestOneOfManyChallengesIsAnswered(t *testing.T) {
	t.Parallel()
	const service = `Bearer realm="https://auth.test/token",service="registry.test",scope="repository:a/b:pull,push"`
	for name, test := range map[string]struct {
		headers []string
		want    string
	}{
		"none":                        {nil, ""},
		"bearer":                      {[]string{service}, service},
		"basic":                       {[]string{`Basic realm="Registry"`}, "Basic"},
		"basic in capitals, Nexus":    {[]string{`BASIC realm="Sonatype Nexus Repository Manager"`}, "Basic"},
		"both in one header":          {[]string{`Basic realm="r", ` + service}, service},
		"both, the other way":         {[]string{service + `, Basic realm="r"`}, service},
		"both in two headers, Gitea":  {[]string{service, `Basic realm="Gitea Container Registry"`}, service},
		"two headers, the other way":  {[]string{`Basic realm="r"`, service}, service},
		"others before":               {[]string{"Negotiate", `Digest realm="d", nonce="x,y", qop="auth"`, service}, service},
		"token68 before":              {[]string{"Negotiate YWJj=, " + service}, service},
		"unknown ones alone":          {[]string{"Negotiate"}, "Negotiate"},
		"no quotes":                   {[]string{"Bearer realm=https://auth.test/token,service=registry.test,scope=repository:a/b:pull,push"}, service},
		"no quotes, then basic":       {[]string{"Bearer realm=https://auth.test/token,service=registry.test,scope=repository:a/b:pull,push, Basic realm=r"}, service},
		"spaces":                      {[]string{`  bearer   realm = "https://auth.test/token" , service = "registry.test" ,scope="repository:a/b:pull,push" , `}, service},
		"no commas":                   {[]string{`Bearer realm="https://auth.test/token" service="registry.test" scope="repository:a/b:pull,push"`}, service},
		"names in capitals":           {[]string{`Bearer Realm="https://auth.test/token",Service="registry.test",SCOPE="repository:a/b:pull,push"`}, service},
		"escapes":                     {[]string{`Bearer realm="https:\/\/auth.test\/token",service="registry.\test",scope="repository:a/b:pull,push"`}, service},
		"a quote that does not end":   {[]string{`Bearer realm="https://auth.test/token",service="registry.test",scope="repository:a/b:pull,push`}, service},
		"a query in the realm":        {[]string{`Bearer realm="https://auth.test/token?a=b&c=d",service="s"`}, `Bearer realm="https://auth.test/token?a=b&c=d",service="s"`},
		"bearer without a service":    {[]string{`Bearer realm="x", Basic realm="r"`}, "Basic"},
		"bearer without a realm":      {[]string{"Bearer"}, "Bearer"},
		"two bearers, one unusable":   {[]string{`Bearer realm="x"`, service}, service},
		"an error":                    {[]string{service + `,error="insufficient_scope"`}, service + `,error="insufficient_scope"`},
		"nothing but signs":           {[]string{`=,=", ,=`}, `=,=", ,=`},
		"a parameter without a begin": {[]string{`="x", ` + service}, service},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": test.headers}}
			settleChallenge(answer)
			if got := strings.Join(answer.Header.Values("WWW-Authenticate"), " | "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// A header is as long as a stranger likes, and read once.
func FuzzChallenges(f *testing.F) {
	f.Add(`Basic realm="r", Bearer realm=https://a/b,scope=a:b:c,d error`)
	f.Add(`Bearer scope=,,,"\`)
	f.Fuzz(func(t *testing.T, header string) {
		for _, one := range parseChallenges(header) {
			if one.scheme == "" {
				t.Errorf("%q has a challenge without a name", header)
			}
		}
	})
}
