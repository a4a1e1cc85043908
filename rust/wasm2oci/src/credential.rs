//! Credentials of single registries.

use std::ffi::CString;
use std::fmt;

use serde_json::{Map, Value};

use crate::{Result, raw};

/// A credential for one registry, or for a part of one.
///
/// The registry is `HOST` or `HOST:PORT`, which a repository or what is above it may follow, as in `"ghcr.io/me"`; of
/// several that fit, the longest is used.
#[derive(Clone)]
pub struct RegistryCredential(Map<String, Value>);

impl RegistryCredential {
    /// A user name and a password, which may be empty.
    pub fn password(
        registry: impl Into<String>,
        username: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        Self::none(registry)
            .with("username", username.into())
            .with("password", password.into())
    }

    /// A bearer token.
    pub fn token(registry: impl Into<String>, token: impl Into<String>) -> Self {
        Self::none(registry).with("token", token.into())
    }

    /// A token that the token service of the registry exchanges.
    pub fn identity_token(registry: impl Into<String>, token: impl Into<String>) -> Self {
        Self::none(registry).with("identity_token", token.into())
    }

    /// None: for [`Client::set_credentials`](crate::Client::set_credentials), which removes the one that there is, and
    /// for the option `credentials` of an operation that is not to be asked as who the client is there.
    pub fn none(registry: impl Into<String>) -> Self {
        Self(Map::new()).with("registry", registry.into())
    }

    fn with(mut self, name: &str, value: String) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn into_value(self) -> Value {
        self.0.into()
    }
}

impl fmt::Debug for RegistryCredential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("RegistryCredential")
            .field(&self.0["registry"].as_str().unwrap_or_default())
            .finish()
    }
}

/// What C takes.
pub(crate) fn to_json(list: impl IntoIterator<Item = RegistryCredential>) -> Result<CString> {
    let list: Vec<_> = list.into_iter().map(RegistryCredential::into_value).collect();
    raw::text("credentials", Value::Array(list).to_string())
}
