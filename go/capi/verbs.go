package main

/*
#include "wasm2oci/wasm2oci.h"
*/
import "C"

import (
	"context"
	"unsafe"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// checkReference refuses a bad reference before an operation is started.
func checkReference(reference string) error {
	_, err := wasm2oci.ParseReference(reference)
	return err
}

// checkDestination does the same for one to which is written.
func checkDestination(reference string) error {
	_, _, err := wasm2oci.ParseDestination(reference)
	return err
}

func startPush(client C.uint64_t, check func(reference string) error, source func() (wasm2oci.Source, error), reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		var parsed wasm2oci.PushOptions
		if err := decode(options, &parsed); err != nil {
			return err
		}
		text := C.GoString(reference)
		if err := check(text); err != nil {
			return err
		}
		content, err := source()
		if err != nil {
			return err
		}
		return start(client, id, func(ctx context.Context, client *wasm2oci.Client) (outcome, error) {
			result, err := client.Push(ctx, content, text, parsed)
			if err != nil {
				return outcome{}, err
			}
			return outcome{json: result, descriptor: &result.Descriptor}, nil
		})
	})
}

//export goPush
func goPush(client C.uint64_t, path, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	// Read within the guard: the memory is the caller's.
	file := func() wasm2oci.Source { return wasm2oci.FileSource(C.GoString(path)) }
	check := func(reference string) error { return file().CheckDestination(reference) }
	return startPush(client, check, func() (wasm2oci.Source, error) { return file(), nil }, reference, options, id, err)
}

//export goPushBytes
func goPushBytes(client C.uint64_t, data *C.uint8_t, size C.size_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startPush(client, checkDestination, func() (wasm2oci.Source, error) {
		memory, err := borrow(unsafe.Pointer(data), size)
		if err != nil {
			return wasm2oci.Source{}, err
		}
		return wasm2oci.ReaderSource(borrowed{memory}, int64(size)), nil
	}, reference, options, id, err)
}

//export goPushFd
func goPushFd(client C.uint64_t, fd C.int32_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startPush(client, checkDestination, func() (wasm2oci.Source, error) {
		file, err := duplicate(int(fd))
		if err != nil {
			return wasm2oci.Source{}, err
		}
		return wasm2oci.OpenFileSource(file), nil
	}, reference, options, id, err)
}

//export goPull
func goPull(client C.uint64_t, reference, path, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	var output string
	return startReading(client, reference, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.PullOptions) (outcome, error) {
		result, err := client.Pull(ctx, text, output, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: result, descriptor: &result.Descriptor, path: result.Path, hasPath: true}, nil
	}, func(wasm2oci.PullOptions) error {
		output = optionalText(path)
		return nil
	})
}

//export goFetch
func goFetch(client C.uint64_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startReading(client, reference, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.FetchOptions) (outcome, error) {
		var memory unsafe.Pointer
		result, content, err := client.Fetch(ctx, text, func(size int64) (slice []byte, err error) {
			memory, slice, err = allocate(size)
			return slice, err
		}, parsed)
		if err != nil {
			free(memory)
			return outcome{}, err
		}
		return outcome{json: result, descriptor: &result.Descriptor, bytes: memory, size: int64(len(content))}, nil
	})
}

//export goOpen
func goOpen(client C.uint64_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startReading(client, reference, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.OpenOptions) (outcome, error) {
		stream, err := client.Open(ctx, text, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: &stream.Result, descriptor: &stream.Result.Descriptor, stream: stream}, nil
	})
}

//export goCached
func goCached(client C.uint64_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startReading(client, reference, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.CachedOptions) (outcome, error) {
		module, err := client.Cached(ctx, text, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: &module.Result, descriptor: &module.Result.Descriptor, path: module.Path, hasPath: true, held: module}, nil
	})
}

//export goCache
func goCache(client C.uint64_t, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		var parsed wasm2oci.CacheOptions
		if err := decode(options, &parsed); err != nil {
			return err
		}
		return start(client, id, func(ctx context.Context, client *wasm2oci.Client) (outcome, error) {
			result, err := client.Cache(ctx, parsed)
			if err != nil {
				return outcome{}, err
			}
			return outcome{json: result, path: result.Dir, hasPath: true}, nil
		})
	})
}

//export goResolve
func goResolve(client C.uint64_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startReading(client, reference, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.ResolveOptions) (outcome, error) {
		result, err := client.Resolve(ctx, text, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: result, descriptor: &result.Descriptor}, nil
	})
}

//export goConvert
func goConvert(client C.uint64_t, source, destination, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	var to string
	return startReading(client, source, options, id, err, func(ctx context.Context, client *wasm2oci.Client, from string, parsed wasm2oci.ConvertOptions) (outcome, error) {
		result, err := client.Convert(ctx, from, to, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: result, descriptor: &result.Descriptor}, nil
	}, func(wasm2oci.ConvertOptions) error {
		to = C.GoString(destination)
		return checkDestination(to)
	})
}

//export goCopy
func goCopy(client C.uint64_t, source, destination, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		var parsed wasm2oci.CopyOptions
		if err := decode(options, &parsed); err != nil {
			return err
		}
		from, to := C.GoString(source), C.GoString(destination)
		for _, one := range []string{from, to} {
			if err := wasm2oci.CheckCopy(one, parsed); err != nil {
				return err
			}
		}
		return start(client, id, func(ctx context.Context, client *wasm2oci.Client) (outcome, error) {
			result, err := client.Copy(ctx, from, to, parsed)
			if err != nil {
				return outcome{}, err
			}
			made := outcome{json: result}
			if !parsed.AllTags {
				made.descriptor = &result.Descriptor
			}
			return made, nil
		})
	})
}

//export goTag
func goTag(client C.uint64_t, reference, tags, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	var names []string
	return startReading(client, reference, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.TagOptions) (outcome, error) {
		result, err := client.Tag(ctx, text, names, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: result, descriptor: &result.Descriptor}, nil
	}, func(wasm2oci.TagOptions) (err error) {
		names, err = wasm2oci.ParseTags(C.GoString(tags))
		return err
	})
}

//export goTags
func goTags(client C.uint64_t, repository, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startReading(client, repository, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.TagsOptions) (outcome, error) {
		result, err := client.Tags(ctx, text, parsed)
		return outcome{json: result}, err
	}, func(parsed wasm2oci.TagsOptions) error { return wasm2oci.CheckTags(C.GoString(repository), parsed) })
}

//export goUntag
func goUntag(client C.uint64_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startReading(client, reference, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.UntagOptions) (outcome, error) {
		result, err := client.Untag(ctx, text, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: result, descriptor: &result.Descriptor}, nil
	}, func(wasm2oci.UntagOptions) error { return wasm2oci.CheckTagged(C.GoString(reference)) })
}

//export goDelete
func goDelete(client C.uint64_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startReading(client, reference, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.DeleteOptions) (outcome, error) {
		result, err := client.Delete(ctx, text, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: result, descriptor: &result.Descriptor}, nil
	}, func(wasm2oci.DeleteOptions) error { return wasm2oci.CheckPinned(C.GoString(reference)) })
}

//export goLogin
func goLogin(client C.uint64_t, registry, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startOn(client, registry, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.LoginOptions) (outcome, error) {
		result, err := client.Login(ctx, text, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: result, path: result.Path, hasPath: true}, nil
	}, func(parsed wasm2oci.LoginOptions) error { return wasm2oci.CheckLogin(C.GoString(registry), parsed) })
}

//export goLogout
func goLogout(client C.uint64_t, registry, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startOn(client, registry, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.LogoutOptions) (outcome, error) {
		result, err := client.Logout(ctx, text, parsed)
		return outcome{json: result}, err
	}, func(parsed wasm2oci.LogoutOptions) error { return wasm2oci.CheckLogout(C.GoString(registry), parsed) })
}

//export goAttach
func goAttach(client C.uint64_t, reference *C.char, paths **C.char, count C.size_t, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	var sources []wasm2oci.Source
	return startReading(client, reference, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.AttachOptions) (outcome, error) {
		result, err := client.Attach(ctx, text, sources, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: result, descriptor: &result.Descriptor}, nil
	}, func(wasm2oci.AttachOptions) error {
		files, err := texts(paths, count)
		for _, path := range files {
			sources = append(sources, wasm2oci.FileSource(path))
		}
		return err
	})
}

//export goReferrers
func goReferrers(client C.uint64_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startReading(client, reference, options, id, err, func(ctx context.Context, client *wasm2oci.Client, text string, parsed wasm2oci.ReferrersOptions) (outcome, error) {
		result, err := client.Referrers(ctx, text, parsed)
		if err != nil {
			return outcome{}, err
		}
		return outcome{json: result}, nil
	})
}

// startReading starts a verb on what a reference names. Options, the
// reference and what the checks find are refused before an operation is started.
func startReading[Options any](
	client C.uint64_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t,
	run func(context.Context, *wasm2oci.Client, string, Options) (outcome, error), checks ...func(Options) error,
) C.int32_t {
	named := func(Options) error { return checkReference(C.GoString(reference)) }
	return startOn(client, reference, options, id, err, run, append([]func(Options) error{named}, checks...)...)
}

// startOn starts a verb on a text, of which the checks know what it is.
func startOn[Options any](
	client C.uint64_t, text, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t,
	run func(context.Context, *wasm2oci.Client, string, Options) (outcome, error), checks ...func(Options) error,
) C.int32_t {
	return guard(err, func() error {
		var parsed Options
		if err := decode(options, &parsed); err != nil {
			return err
		}
		text := C.GoString(text)
		for _, check := range checks {
			if err := check(parsed); err != nil {
				return err
			}
		}
		return start(client, id, func(ctx context.Context, client *wasm2oci.Client) (outcome, error) {
			return run(ctx, client, text, parsed)
		})
	})
}

//export goInspect
func goInspect(client C.uint64_t, what, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startInspect(client, what, options, id, err, (*wasm2oci.Client).Inspect)
}

//export goInspectFile
func goInspectFile(client C.uint64_t, path, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startInspect(client, path, options, id, err, (*wasm2oci.Client).InspectFile)
}

//export goInspectReference
func goInspectReference(client C.uint64_t, reference, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return startInspect(client, reference, options, id, err, (*wasm2oci.Client).InspectReference, checkReference)
}

type inspector func(*wasm2oci.Client, context.Context, string, wasm2oci.InspectOptions) (*wasm2oci.Artifact, error)

// startInspect starts what inspects. What is given may be no reference, so that only
// the checks refuse it before an operation is started.
func startInspect(client C.uint64_t, what, options *C.char, id *C.uint64_t, err *C.wasm2oci_error_t, inspect inspector, checks ...func(string) error) C.int32_t {
	return guard(err, func() error {
		var parsed wasm2oci.InspectOptions
		if err := decode(options, &parsed); err != nil {
			return err
		}
		text := C.GoString(what)
		for _, check := range checks {
			if err := check(text); err != nil {
				return err
			}
		}
		return start(client, id, func(ctx context.Context, client *wasm2oci.Client) (outcome, error) {
			artifact, err := inspect(client, ctx, text, parsed)
			if err != nil {
				return outcome{}, err
			}
			result := outcome{json: artifact}
			if artifact.Reference != nil {
				result.descriptor = &artifact.Descriptor
			}
			if parsed.Raw {
				memory, content, err := allocate(int64(len(artifact.Raw)))
				if err != nil {
					return outcome{}, err
				}
				copy(content, artifact.Raw)
				result.bytes, result.size = memory, int64(len(artifact.Raw))
			}
			return result, nil
		})
	})
}
