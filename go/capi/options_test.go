package main

import (
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, says string }{
		{"cannot be read", "nonsense", "not a JSON object"},
		{"empty text", "", "not a JSON object"},
		{"array", "[]", "not a JSON object"},
		{"null", "null", "not a JSON object"},
		{"cut off", `{"overwrite": true`, "cannot be read"},
		{"text after it", `{} {}`, "cannot be read"},
		{"unknown key", `{"overwritten": true}`, `unknown option "overwritten"; use one of platform, layer, member, max_size, max_unpacked_size, pull_policy, overwrite, durable, timeout_ms`},
		{"key in another case", `{"Overwrite": true}`, `unknown option "Overwrite"`},
		{"key twice", `{"durable": true, "durable": false}`, `"durable" is given twice`},
		{"wrong type", `{"overwrite": "yes"}`, `overwrite cannot be a JSON string`},
		{"fraction", `{"timeout_ms": 1.5}`, `timeout cannot be`},
		{"too large", `{"timeout_ms": 1e30}`, `timeout cannot be`},
		{"negative duration", `{"timeout_ms": -1}`, `timeout is negative: -1`},
		{"no time", `{"timeout_ms": 0}`, `timeout is 0, which allows no time`},
		{"a NUL byte", `{"layer": "a\u0000b"}`, `layer has a NUL byte in a text`},
		{"not UTF-8", "{\"durable\": true, \"overwrite\": \"\xff\"}", "overwrite is not UTF-8"},
		{"not UTF-8, a time", "{\"timeout_ms\": \"\xff\"}", "timeout is not UTF-8"},
		{"a name that is not UTF-8", "{\"overwrite\xff\": true}", "the options are not UTF-8"},
		{"not UTF-8, and not JSON", "\xff", "the options are not UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := decodeText(test.in, &wasm2oci.PullOptions{})
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q gave %v, not %q", test.in, err, test.says)
			}
		})
	}
}

func TestDecodeListNamesTheOption(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, says string }{
		{"an object", `{"registry": "ghcr.io"}`, "credentials cannot be a JSON object; give an array of objects"},
		{"a text", `"a"`, "credentials cannot be a JSON string; give an array of objects"},
		{"texts", `["a"]`, "credentials cannot be read: an item of credentials: not a JSON object"},
		{"a number for a text", `[{"registry": 1}]`, "credentials: registry cannot be a JSON number"},
		{"not JSON", `nonsense`, "credentials cannot be read: invalid character"},
		{"cut off", `[{}`, "credentials cannot be read: unexpected end of JSON input"},
		{"not UTF-8", "[{\"registry\": \"\xff\"}]", "credentials is not UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var list []wasm2oci.RegistryCredential
			err := decodeList(test.in, "credentials", &list)
			if err == nil || !strings.HasPrefix(err.Error(), test.says) || strings.Contains(err.Error(), "Go ") {
				t.Errorf("%q gave %v, not %q", test.in, err, test.says)
			}
		})
	}
}

func TestDecodeNamesTheOptionOfAnEmbeddedStruct(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`{"annotations": 1}`, `{"annotations": {"a": 1}}`} {
		err := decodeText(in, &wasm2oci.PushOptions{})
		if want := "annotations cannot be a JSON number"; err == nil || err.Error() != want {
			t.Errorf("%s gave %v, not %q", in, err, want)
		}
	}
}

func TestDecodeReads(t *testing.T) {
	t.Parallel()
	var options wasm2oci.PullOptions
	if err := decodeText(` {"overwrite": false, "durable": true, "timeout_ms": 1500} `, &options); err != nil {
		t.Fatal(err)
	}
	if *options.Overwrite || !options.Durable || options.Timeout != 1500 {
		t.Errorf("read %+v", options)
	}
}
