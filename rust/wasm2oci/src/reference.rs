//! The parts of a reference.

use std::ffi::c_char;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use wasm2oci_sys as sys;

use crate::error::check;
use crate::{Error, Result, Status, raw};

/// A reference, parsed. It goes where a text does: `client.pull(&reference)`.
///
/// References are equal if their normalised texts are, by which they are ordered as well.
///
/// ```
/// # fn main() -> wasm2oci::Result<()> {
/// let reference: wasm2oci::Reference = "GHCR.io/me/hello:v1".parse()?;
/// assert_eq!(reference.registry(), Some("ghcr.io"));
/// assert_eq!(reference.with_tag("v2")?.to_string(), "ghcr.io/me/hello:v2");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Reference {
    text: String,
    written: String,
    scheme: String,
    registry: Option<String>,
    repository: Option<String>,
    path: Option<PathBuf>,
    tag: Option<String>,
    digest: Option<String>,
    /// What precedes tag and digest.
    place: String,
}

impl Reference {
    /// Parses a text.
    ///
    /// # Errors
    ///
    /// `InvalidReference`, `Forked`.
    pub fn parse(text: impl AsRef<str>) -> Result<Self> {
        let text = raw::text("reference", text.as_ref())?;
        let mut parts = Raw(sys::wasm2oci_reference_t::default());
        // SAFETY: the text and the place live until the call returns.
        check(|error| unsafe { sys::wasm2oci_reference_parse(text.as_ptr(), &raw mut parts.0, error) })?;
        let parts = &parts.0;
        // SAFETY: the texts of a reference are NULL or end with NUL.
        let text = |text: *mut c_char| (!text.is_null()).then(|| unsafe { raw::text_from(text) });
        let scheme = text(parts.scheme).unwrap_or_default();
        let (registry, repository) = (text(parts.registry), text(parts.repository));
        let place = match text(parts.path) {
            Some(path) => format!("{scheme}:{path}"),
            None => [&registry, &repository]
                .map(|part| part.as_deref().unwrap_or_default())
                .join("/"),
        };
        Ok(Self {
            text: text(parts.text).unwrap_or_default(),
            written: text(parts.written).unwrap_or_default(),
            scheme,
            registry,
            repository,
            // SAFETY: as above.
            path: (!parts.path.is_null()).then(|| unsafe { raw::path_from(parts.path) }),
            tag: text(parts.tag),
            digest: text(parts.digest),
            place,
        })
    }

    /// The normalised text, in which a tag or a digest is always visible.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What verbs take: the same without a tag that was not written, so that `oci:DIR` means the only manifest of a
    /// layout that has no `latest`.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// `""` for a registry, `"oci"` for a layout, `"oci-archive"` for an archive.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host in lower case, with its port if it has one; `None` for a layout or an archive.
    #[must_use]
    pub fn registry(&self) -> Option<&str> {
        self.registry.as_deref()
    }

    /// The name in the registry; `None` for a layout or an archive.
    #[must_use]
    pub fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }

    /// The folder of a layout, or the file of an archive; `None` for a registry.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// `"latest"` if neither a tag nor a digest is given; `None` for a digest alone.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Such as `"sha256:…"`. It decides if there is a tag as well.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The reference of another tag, without a digest, which would decide.
    ///
    /// # Errors
    ///
    /// `InvalidReference`.
    pub fn with_tag(&self, tag: &str) -> Result<Self> {
        self.with(Some(tag), None, "tag", tag)
    }

    /// The reference pinned to a digest. A tag that was written stays, to be seen; the digest decides.
    ///
    /// # Errors
    ///
    /// `InvalidReference`.
    pub fn with_digest(&self, digest: &str) -> Result<Self> {
        let tag = self.tag().filter(|_| self.written == self.text);
        self.with(tag, Some(digest), "digest", digest)
    }

    /// The name of the file that a pull writes into a directory.
    ///
    /// # Errors
    ///
    /// `Forked`.
    pub fn default_name(&self) -> Result<String> {
        let reference = raw::text("reference", self.written.as_str())?;
        // SAFETY: the text and the place live until the call returns.
        raw::owned(|name, error| unsafe { sys::wasm2oci_default_name(reference.as_ptr(), name, error) })
    }

    /// Parses the text of another tag and digest, and refuses those that are more than that.
    fn with(&self, tag: Option<&str>, digest: Option<&str>, part: &str, given: &str) -> Result<Self> {
        let tagged = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
        let pinned = digest.map(|digest| format!("@{digest}")).unwrap_or_default();
        let made = Self::parse(format!("{}{tagged}{pinned}", self.place))?;
        if made.place != self.place || made.tag() != tag || made.digest() != digest {
            let message = format!("\"{self}\": invalid {part} \"{given}\"");
            return Err(Error::new(Status::InvalidReference, message));
        }
        Ok(made)
    }
}

/// What the C API says, freed in any case.
struct Raw(sys::wasm2oci_reference_t);

impl Drop for Raw {
    fn drop(&mut self) {
        // SAFETY: it was initialised, and filled by the library.
        unsafe { sys::wasm2oci_reference_clear(&raw mut self.0) };
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl From<Reference> for String {
    /// What verbs take; see [`Reference::written`].
    fn from(reference: Reference) -> Self {
        reference.written
    }
}

impl From<&Reference> for String {
    /// What verbs take; see [`Reference::written`].
    fn from(reference: &Reference) -> Self {
        reference.written.clone()
    }
}

impl PartialEq for Reference {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Reference {}

impl PartialOrd for Reference {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Reference {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Reference {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
