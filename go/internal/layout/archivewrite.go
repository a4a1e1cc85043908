package layout

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// session is what is being put into an archive. New blobs go into a temporary file
// as they come. What the archive holds already is added at the end, under a lock, so
// that nobody waits for a transfer, and what others put there meanwhile is kept.
type session struct {
	archive *Archive
	file    *atomicfile.File
	options atomicfile.Options

	mutex sync.Mutex
	// end is where the next member begins.
	end int64
	// blobs are those in the temporary file.
	blobs map[digest.Digest]*place
	// kept are blobs that the archive has to hold already.
	kept map[digest.Digest]int64
	// edits change the index, in their order, and say whether they did.
	edits []edit
	// names are those that the last edit gives; nil where that is another one.
	names *[]Named
	// dropped are blobs that the archive holds and shall not.
	dropped map[digest.Digest]bool
}

// edit changes an index, of which it can read what the archive holds.
type edit func(list *index, open opener) (changed bool, err error)

// place is room for a blob in the temporary file.
type place struct {
	desc ocispec.Descriptor
	span
	// turn is held by whoever writes there, until the blob is complete.
	turn chan struct{}
	full bool
}

// begin returns the session, which starts with the first call.
func (a *Archive) begin(ctx context.Context) (*session, error) {
	a.session.Lock()
	defer a.session.Unlock()
	if a.session.session != nil {
		return a.session.session, nil
	}
	// What is there already has to be an archive.
	if file, err := a.openExisting(ctx); err != nil {
		return nil, err
	} else if file != nil {
		_ = file.Close()
	}
	at, err := a.place()
	if err != nil {
		return nil, err
	}
	if err := atomicfile.Check(at, atomicfile.Options{}); err != nil {
		return nil, err
	}
	a.session.session = &session{
		archive: a, options: durableIn(ctx, "archive"),
		blobs: map[digest.Digest]*place{}, kept: map[digest.Digest]int64{}, dropped: map[digest.Digest]bool{},
	}
	return a.session.session, nil
}

// openExisting opens the archive, or returns nil where there is none: an empty file
// is none either, such as mktemp makes.
func (a *Archive) openExisting(ctx context.Context) (*os.File, error) {
	file, info, err := a.openFile()
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case info.Size() > 0:
		_, err = a.tableOf(ctx, file, info)
	}
	if err != nil || info.Size() == 0 {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// place is the path that the archive is written to: where it is a link, what that
// leads to.
//
// Errors: a fault where the folder of that does not exist.
func (a *Archive) place() (string, error) { return atomicfile.Followed(a.at) }

// Keep counts on a blob that the archive holds: Commit fails if it is gone by then.
func (a *Archive) Keep(ctx context.Context, desc ocispec.Descriptor) error {
	s, err := a.begin(ctx)
	if err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.kept[desc.Digest] = desc.Size
	return nil
}

// HasPut reports whether a blob was put since the last Commit.
func (a *Archive) HasPut(desc ocispec.Descriptor) bool {
	a.session.Lock()
	s := a.session.session
	a.session.Unlock()
	if s == nil {
		return false
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	at := s.blobs[desc.Digest]
	return at != nil && at.full && at.size == desc.Size
}

// Put stores a blob, once. The source must end with an error unless the content is
// that of the descriptor. Several blobs may be put at a time.
func (a *Archive) Put(ctx context.Context, desc ocispec.Descriptor, source io.Reader) error {
	s, err := a.begin(ctx)
	if err != nil {
		return err
	}
	at, err := s.reserve(desc)
	if err != nil {
		return err
	}
	select {
	case at.turn <- struct{}{}:
		defer func() { <-at.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if at.full {
		return nil
	}
	into := io.NewOffsetWriter(s.file, at.start)
	count, err := io.CopyBuffer(struct{ io.Writer }{into}, source, make([]byte, 1<<20))
	if err == nil && count != desc.Size {
		err = fault.New(fault.DigestMismatch, "content of %s has %d bytes, not %d", desc.Digest, count, desc.Size)
	}
	if err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	at.full = true
	return nil
}

// reserve makes room for a blob behind its header, unless there is some.
func (s *session) reserve(desc ocispec.Descriptor) (*place, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if at := s.blobs[desc.Digest]; at != nil {
		if at.size != desc.Size {
			return nil, fault.New(fault.DigestMismatch, "%s is said to have both %d and %d bytes", desc.Digest, at.size, desc.Size)
		}
		return at, nil
	}
	if err := s.open(); err != nil {
		return nil, err
	}
	start, err := s.header(filepath.ToSlash(blobName(desc.Digest)), desc.Size)
	if err != nil {
		return nil, err
	}
	at := &place{desc: desc, span: span{start, desc.Size}, turn: make(chan struct{}, 1)}
	s.blobs[desc.Digest] = at
	s.end = padded(start + desc.Size)
	return at, nil
}

// open makes the temporary file, at the latest moment: a session need not write.
func (s *session) open() (err error) {
	if s.file != nil {
		return nil
	}
	at, err := s.archive.place()
	if err != nil {
		return err
	}
	s.file, err = atomicfile.Create(at, s.options)
	return err
}

// header writes the header of a member, in which nothing depends on when, where and
// by whom it is written, and returns where its content begins.
func (s *session) header(name string, size int64) (int64, error) {
	var raw bytes.Buffer
	err := tar.NewWriter(&raw).WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: size})
	if err != nil {
		return 0, err
	}
	_, err = s.file.WriteAt(raw.Bytes(), s.end)
	return s.end + int64(raw.Len()), err
}

// document writes a small member.
func (s *session) document(name string, content []byte) error {
	start, err := s.header(name, int64(len(content)))
	if err != nil {
		return err
	}
	s.end = padded(start + int64(len(content)))
	_, err = s.file.WriteAt(content, start)
	return err
}

// Tag assigns a tag to a manifest, as Layout.Tag does.
func (a *Archive) Tag(ctx context.Context, desc ocispec.Descriptor, tag string) error {
	s, err := a.begin(ctx)
	if err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.names == nil {
		names := &[]Named{}
		s.edits, s.names = append(s.edits, nameAll(names)), names
	}
	*s.names = append(*s.names, Named{Desc: desc, Tag: tag})
	return nil
}

// nameAll returns the edit that gives tags, unless the manifests have them.
func nameAll(names *[]Named) edit {
	return func(list *index, _ opener) (changed bool, err error) {
		naming := newNaming(list)
		for _, one := range *names {
			if naming.has(one.Desc, one.Tag) {
				continue
			}
			if err := naming.tag(one.Desc, one.Tag); err != nil {
				return false, err
			}
			changed = true
		}
		naming.end()
		return changed, nil
	}
}

// edit has the index changed at the end, as it is then.
func (s *session) edit(change edit) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.edits, s.names = append(s.edits, change), nil
}

// Abort leaves the archive as it is. It may be called after Commit, and does nothing
// then.
func (a *Archive) Abort() {
	if s := a.take(); s != nil && s.file != nil {
		s.file.Abort()
	}
}

// Commit brings what was put and tagged into place, with all that the archive held.
// After an error the archive is as it was.
func (a *Archive) Commit(ctx context.Context) error {
	s := a.take()
	if s == nil {
		return nil
	}
	err := s.commit(ctx)
	if s.file != nil {
		s.file.Abort()
	}
	return err
}

func (a *Archive) take() *session {
	a.session.Lock()
	defer a.session.Unlock()
	s := a.session.session
	a.session.session = nil
	return s
}

func (s *session) commit(ctx context.Context) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for dgst, at := range s.blobs {
		if !at.full {
			return fault.New(fault.Internal, "blob %s was not written to its end", dgst)
		}
	}
	old, release, err := s.archive.lockExisting(ctx)
	if err != nil {
		return err
	}
	defer release()
	var held *table
	var before fs.FileInfo
	if old != nil {
		if before, err = old.Stat(); err != nil {
			return err
		}
		if held, err = s.archive.tableOf(ctx, old, before); err != nil {
			return err
		}
	}
	list, changed, err := s.merge(held, held.opener(old))
	if err != nil || !changed {
		return err
	}
	if err := s.open(); err != nil {
		return err
	}
	if old != nil {
		if err := s.adopt(ctx, old, before.Size()); err != nil {
			return err
		}
	}
	if err := s.finish(held, list); err != nil {
		return err
	}
	return s.settle(ctx, old, before)
}

// merge returns the index of the archive with the new tags, and whether there is
// anything to write.
func (s *session) merge(held *table, open opener) (*index, bool, error) {
	list, changed := newIndex(), held == nil
	if held != nil {
		list = held.index.clone()
	}
	for dgst, size := range s.kept {
		if s.blobs[dgst] == nil && !held.has(dgst, size) {
			return nil, false, fault.New(fault.Filesystem, "%s was changed by another program: blob %s is gone", fault.Quote(s.archive.file), dgst).
				WithHint("try again").WithPath(s.archive.file)
		}
	}
	changed = changed || len(s.blobs) > 0
	if held != nil {
		count := len(held.blobs)
		for dgst := range s.blobs {
			if _, old := held.blobs[dgst]; !old {
				count++
			}
		}
		if count > maxBlobs {
			return nil, false, tooMany(s.archive.file).WithHint("use another archive")
		}
	}
	for _, edit := range s.edits {
		edited, err := edit(list, open)
		if err != nil {
			return nil, false, err
		}
		changed = changed || edited
	}
	return list, changed, nil
}

// adopt copies all members of the archive that are neither new nor dropped, as they are.
func (s *session) adopt(ctx context.Context, old *os.File, size int64) error {
	var run span // members in a row
	flush := func() error {
		err := s.copy(ctx, old, run)
		run = span{}
		return err
	}
	err := scan(ctx, s.archive.file, old, size, func(one member) error {
		switch {
		case one.kind == tar.TypeXGlobalHeader, s.blobs[blobOf(one.name)] != nil, s.dropped[blobOf(one.name)],
			one.name == ocispec.ImageLayoutFile, one.name == ocispec.ImageIndexFile:
			return flush()
		case run.size == 0:
			run.start = one.start
		}
		run.size = one.end - run.start
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// copyStep is how much is copied between two looks at the context.
const copyStep = 16 << 20

// copy appends a part of the archive, by the system where that can.
func (s *session) copy(ctx context.Context, old *os.File, part span) error {
	if part.size == 0 {
		return nil
	}
	if _, err := old.Seek(part.start, io.SeekStart); err != nil {
		return err
	}
	if _, err := s.file.Seek(s.end, io.SeekStart); err != nil {
		return err
	}
	for left := part.size; left > 0; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := s.file.ReadFrom(io.LimitReader(old, min(left, copyStep)))
		if err != nil {
			return err
		}
		if n == 0 {
			return cutShort(s.archive.file)
		}
		left -= n
	}
	s.end += part.size
	return nil
}

// finish writes what comes last: the marker, the index, and two blocks of zeros.
func (s *session) finish(held *table, list *index) error {
	marker, err := newMarker()
	if err != nil {
		return err
	}
	if held != nil {
		marker = held.marker
	}
	raw := list.encode()
	if len(raw) > maxIndex {
		return tooLarge(s.archive.file).WithHint("use another archive")
	}
	if err := s.document(ocispec.ImageLayoutFile, marker); err != nil {
		return err
	}
	if err := s.document(ocispec.ImageIndexFile, raw); err != nil {
		return err
	}
	return s.file.Truncate(s.end + 2*tarBlock)
}

// settle puts the file into place, unless another program has changed the archive in
// spite of the lock.
func (s *session) settle(ctx context.Context, old *os.File, before fs.FileInfo) error {
	now, err := os.Stat(s.archive.at)
	switch {
	case errors.Is(err, fs.ErrNotExist) && before == nil:
	case err != nil:
		return err
	case before == nil && now.Size() == 0:
	case before == nil || !isSame(before, now):
		return fault.New(fault.Filesystem, "%s was changed by another program meanwhile", fault.Quote(s.archive.file)).
			WithHint("try again").WithPath(s.archive.file)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	letGo(old)
	return s.file.Commit()
}
