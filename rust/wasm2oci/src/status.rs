//! How a call ends.

use std::fmt;
use std::io::ErrorKind;

macro_rules! statuses {
    ($($(#[$about:meta])* $variant:ident = $number:literal $name:literal $kind:ident,)*) => {
        /// The kind of an [`Error`](crate::Error). The numbers are those of the C API and never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(i32)]
        pub enum Status {
            $($(#[$about])* $variant = $number,)*
        }

        impl Status {
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            /// A number that is not known here, as that of a later library, is [`Status::Unknown`].
            pub(crate) fn from_number(number: i32) -> Self {
                match number {
                    $($number => Self::$variant,)*
                    _ => Self::Unknown,
                }
            }

            /// The name in the C API without its prefix, such as `"NOT_FOUND"`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The kind of an [`std::io::Error`] that is made of it.
            pub(crate) fn io_kind(self) -> ErrorKind {
                match self {
                    $(Self::$variant => ErrorKind::$kind,)*
                }
            }
        }
    };
}

statuses! {
    /// It fits no other status.
    Unknown = 1 "UNKNOWN" Other,
    /// A bug in wasm2oci, such as a recovered panic.
    Internal = 2 "INTERNAL" Other,
    /// The value of an option or argument is invalid.
    InvalidArgument = 3 "INVALID_ARGUMENT" InvalidInput,
    /// The reference is invalid. No request was sent.
    InvalidReference = 4 "INVALID_REFERENCE" InvalidInput,
    /// The registry or the format does not support this.
    Unsupported = 5 "UNSUPPORTED" Unsupported,
    /// Cancelled, by hand or because the client was closed.
    Cancelled = 6 "CANCELLED" Other,
    /// The deadline of the operation, the connect timeout or the idle timeout passed.
    Timeout = 7 "TIMEOUT" TimedOut,
    /// The client, operation or reader is closed.
    Closed = 8 "CLOSED" NotConnected,
    /// Called in a child that was forked after the library was loaded.
    Forked = 9 "FORKED" Unsupported,
    /// The repository, tag, manifest, blob or layout does not exist.
    NotFound = 10 "NOT_FOUND" NotFound,
    /// The output exists, and overwriting it was not allowed.
    AlreadyExists = 11 "ALREADY_EXISTS" AlreadyExists,
    /// The registry answered 401, or a credential, credential helper, credential file or token response is unusable.
    Unauthenticated = 12 "UNAUTHENTICATED" PermissionDenied,
    /// The registry answered 403, DENIED, or 401 with `insufficient_scope`.
    PermissionDenied = 13 "PERMISSION_DENIED" PermissionDenied,
    /// The registry still answered 429 after all retries.
    RateLimited = 14 "RATE_LIMITED" Other,
    /// Any other error of the registry, such as 5xx after all retries.
    Registry = 15 "REGISTRY" Other,
    /// Name resolution, connection, proxy, or too many redirects.
    Network = 20 "NETWORK" ConnectionAborted,
    /// A local file: the output, the source, an unreadable CA, certificate or key file, or a credential file that is
    /// named and missing.
    Filesystem = 21 "FILESYSTEM" Other,
    /// The certificate of the registry or the handshake, or an invalid CA, certificate or key.
    Tls = 22 "TLS" ConnectionAborted,
    /// The content does not match its digest or size.
    DigestMismatch = 30 "DIGEST_MISMATCH" InvalidData,
    /// A documented limit was exceeded.
    SizeExceeded = 31 "SIZE_EXCEEDED" InvalidData,
    /// The manifest is not JSON, or is malformed.
    InvalidManifest = 32 "INVALID_MANIFEST" InvalidData,
    /// There is no WebAssembly inside. The error lists the types found.
    NotWasm = 33 "NOT_WASM" InvalidData,
    /// There are several modules or platforms. The error lists the candidates.
    Ambiguous = 34 "AMBIGUOUS" InvalidInput,
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn statuses_are_those_of_the_library() {
        let mut said = schema::members("statuses");
        said.remove("OK");
        assert_eq!(said.len(), Status::ALL.len());
        for status in Status::ALL {
            assert_eq!(said[status.name()], *status as i32);
            assert_eq!(Status::from_number(*status as i32), *status);
        }
    }

    #[test]
    fn an_unknown_number_is_unknown() {
        assert_eq!(Status::from_number(999), Status::Unknown);
    }
}
