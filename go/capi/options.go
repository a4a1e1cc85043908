package main

/*
#include "wasm2oci/wasm2oci.h"
*/
import "C"

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/strictjson"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// decode reads the options of a call into a struct, whose json tags are the only
// schema there is. Unknown keys, keys in another case and keys that stand twice
// are refused.
func decode(text *C.char, into any) error {
	if text == nil {
		return nil
	}
	return decodeText(C.GoString(text), into)
}

func decodeText(text string, into any) error {
	members, err := strictjson.Members([]byte(text))
	if !utf8.ValidString(text) {
		return notUTF8(members)
	}
	if err != nil {
		return badJSON(err)
	}
	known := optionNames(reflect.TypeOf(into).Elem())
	for _, member := range members {
		if !slices.Contains(known, member.Name) {
			return invalid("unknown option %q", member.Name).WithHint("use one of %s", strings.Join(known, ", "))
		}
	}
	var wrong *json.UnmarshalTypeError
	err = json.Unmarshal([]byte(text), into)
	if errors.As(err, &wrong) {
		// The path to it begins with the names of embedded structs.
		path := strings.Split(wrong.Field, ".")
		at := max(slices.IndexFunc(path, func(part string) bool { return slices.Contains(known, part) }), 0)
		return invalid("%s cannot be a JSON %s", optionOf(path[at]), wrong.Value)
	}
	if err != nil {
		return badJSON(err)
	}
	if err := checkMembers(members); err != nil {
		return err
	}
	if err := checkDurations(reflect.ValueOf(into).Elem()); err != nil {
		return err
	}
	return checkCredentials(reflect.ValueOf(into).Elem())
}

// notUTF8 names the option that is not, if its name is.
func notUTF8(members []strictjson.Member) error {
	for _, member := range members {
		if !utf8.Valid(member.Value) {
			return invalid("%s is not UTF-8", optionOf(member.Name))
		}
	}
	return invalid("the options are not UTF-8")
}

// decodeList reads the JSON array of an option that comes by itself.
func decodeList(text string, option fault.Option, into any) error {
	if !utf8.ValidString(text) {
		return invalid("%s is not UTF-8", option)
	}
	var wrong *json.UnmarshalTypeError
	err := json.Unmarshal([]byte(text), into)
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return invalid("%s: %s cannot be a JSON %s", option, wrong.Field, wrong.Value)
	case wrong != nil:
		return invalid("%s cannot be a JSON %s", option, wrong.Value).WithHint("give an array of objects")
	case err != nil:
		return invalid("%s cannot be read: %s", option, strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// checkMembers refuses what a struct no longer shows. A limit of 0 would pass for "no limit"
// where a caller has computed what is left of one. A text with a NUL byte would end there
// wherever C reads it, and so name something else; what is only stored names nothing.
func checkMembers(members []strictjson.Member) error {
	for _, member := range members {
		if member.Name == "timeout_ms" && string(member.Value) == "0" {
			return invalid("{timeout} is 0, which allows no time").WithHint("leave it out for no limit")
		}
		if member.Name == "title" || member.Name == "annotations" {
			continue
		}
		var value any
		if bytes.Contains(member.Value, []byte(`\u0000`)) && json.Unmarshal(member.Value, &value) == nil && hasNUL(value) {
			return invalid("%s has a NUL byte in a text", optionOf(member.Name))
		}
	}
	return nil
}

func hasNUL(value any) bool {
	switch value := value.(type) {
	case string:
		return strings.ContainsRune(value, 0)
	case []any:
		return slices.ContainsFunc(value, hasNUL)
	case map[string]any:
		for name, member := range value {
			if hasNUL(name) || hasNUL(member) {
				return true
			}
		}
	}
	return false
}

// checkDurations refuses a negative number of milliseconds, which would pass for
// "no limit" where a caller has computed what is left of one.
func checkDurations(options reflect.Value) error {
	for field, value := range options.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if strings.HasSuffix(name, "_ms") && value.CanInt() && value.Int() < 0 {
			return invalid("%s is negative: %d", optionOf(name), value.Int())
		}
	}
	return nil
}

// checkCredentials refuses those of an operation before it is started.
func checkCredentials(options reflect.Value) error {
	list := options.FieldByName("Credentials")
	if !list.IsValid() {
		return nil
	}
	given, ok := list.Interface().([]wasm2oci.RegistryCredential)
	if !ok {
		return nil
	}
	return wasm2oci.CheckCredentials(given)
}

func invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.InvalidArgument, format, args...)
}

// optionOf returns the option of a key, which has its unit where a host gives a
// duration.
func optionOf(key string) fault.Option { return fault.Option(strings.TrimSuffix(key, "_ms")) }

func badJSON(err error) error {
	return invalid("the options cannot be read: %s", strings.TrimPrefix(err.Error(), "json: "))
}

// optionNames lists the keys of an option struct, embedded ones among them.
func optionNames(options reflect.Type) []string {
	var names []string
	for field := range options.Fields() {
		if field.Anonymous {
			names = append(names, optionNames(field.Type)...)
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
