//! The address of a PostgreSQL database, and the configuration of its connections.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::super::HistoryError;
use crate::secrets::{KeyringError, Secret, Secrets, Stored};

/// Time limit to reach one address of a host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time without data after which the server is probed. After three probes without a response,
/// the connection is closed.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_RETRIES: u32 = 3;
/// The time after which a connection is closed if sent data isn't confirmed.
const UNCONFIRMED_TIMEOUT: Duration = Duration::from_secs(30);
/// The schemes of an address, which mean the same.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];
/// The binding of our entry in the keyring.
const KEYRING_BINDING: &str = "history";

/// The address of a PostgreSQL database, without a password, and the keyring that may hold it.
#[derive(Clone)]
pub struct PostgresLocation {
    url: String,
    config: Arc<Config>,
    encryption: Encryption,
    keyring: Option<Arc<Secrets>>,
}

/// The encryption of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// No encryption.
    Disable,
    /// Encryption if the server supports it. Its certificate isn't verified.
    Prefer,
    /// Required encryption. The certificate of the server isn't verified.
    Require,
    /// Required encryption. The certificate of the server has to be for its name, and issued by an
    /// authority that the platform or this file lists.
    VerifyFull { ca_file: Option<PathBuf> },
}

impl PostgresLocation {
    /// Looks for the password in the keyring as well, after `PGPASSWORD` and before the password file. This may block while the
    /// keyring prompts the user.
    #[must_use]
    pub fn with_keyring(self, secrets: Arc<Secrets>) -> Self {
        Self { keyring: Some(secrets), ..self }
    }

    /// Stores the password in the keyring; `None` if there is none to use.
    #[must_use = "the user is informed when a password is in memory only"]
    pub fn store_password(&self, password: &Secret) -> Option<Stored> {
        self.keyring.as_ref().map(|secrets| secrets.set(&self.account(), KEYRING_BINDING, password))
    }

    /// Removes the password from the keyring, if it is there.
    ///
    /// # Errors
    /// If the keyring can't be changed. It may still hold the password.
    pub fn forget_password(&self) -> Result<(), KeyringError> {
        match &self.keyring {
            Some(secrets) => secrets.forget(&self.account(), KEYRING_BINDING),
            None => Ok(()),
        }
    }

    /// Returns the password in the keyring, if there is one.
    pub(super) fn stored_password(&self) -> Option<Secret> {
        let secrets = self.keyring.as_ref()?;
        secrets.get(&self.account(), KEYRING_BINDING).unwrap_or_else(|error| {
            tracing::debug!(%error, "can't read the password of the history from the keyring");
            None
        })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn encryption(&self) -> &Encryption {
        &self.encryption
    }

    /// Returns the name of the entry in the keyring: the address with the shorter scheme and
    /// without parameters, which don't change the password.
    fn account(&self) -> String {
        let address = self.url.split('?').next().unwrap_or_default();
        let [scheme, other] = SCHEMES;
        match address.strip_prefix(other) {
            Some(rest) => format!("{scheme}{rest}"),
            None => address.to_owned(),
        }
    }
}

impl FromStr for PostgresLocation {
    type Err = HistoryError;

    /// Parses `postgres://user@host:port/database?key=value` as PostgreSQL's own programs do, but refuses a password.
    ///
    /// `sslmode` is `disable`, `prefer`, `require` or `verify-full`, the last one with an optional `sslrootcert`. Without it
    /// an encrypted connection is preferred to hosts in the local network, and required to others.
    fn from_str(text: &str) -> Result<Self, HistoryError> {
        let text = text.trim();
        if !SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
            return Err(invalid("expected postgres://user@host/database"));
        }
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let mut rest = String::new();
        let (mut mode, mut ca_file) = (None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => {
                    let path = percent_decode_str(value).decode_utf8();
                    ca_file = Some(PathBuf::from(&*path.map_err(|_| invalid("sslrootcert isn't UTF-8"))?));
                }
                _ => {
                    rest.push(if rest.is_empty() { '?' } else { '&' });
                    rest.push_str(pair);
                }
            }
        }
        let mut config: Config =
            format!("{base}{rest}").parse().map_err(|error: tokio_postgres::Error| {
                // It names the parameter, without its value.
                let cause = error.into_source().map(|cause| cause.to_string());
                HistoryError::Address(
                    cause.unwrap_or_else(|| "expected postgres://user@host/database".to_owned()),
                )
            })?;
        if config.get_password().is_some() {
            return Err(invalid(
                "it must not have a password. Use `gatewatch history password`, PGPASSWORD or .pgpass",
            ));
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(invalid("a host is missing"));
        }
        let encryption = encryption(&config, mode, ca_file)?;
        config.ssl_mode(match encryption {
            Encryption::Disable => SslMode::Disable,
            Encryption::Prefer => SslMode::Prefer,
            Encryption::Require | Encryption::VerifyFull { .. } => SslMode::Require,
        });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("gatewatch");
        }
        config.keepalives_idle(KEEPALIVE_IDLE);
        config.keepalives_interval(KEEPALIVE_INTERVAL);
        config.keepalives_retries(KEEPALIVE_RETRIES);
        config.tcp_user_timeout(UNCONFIRMED_TIMEOUT);
        Ok(Self { url: text.to_owned(), config: Arc::new(config), encryption, keyring: None })
    }
}

fn invalid(message: &str) -> HistoryError {
    HistoryError::Address(message.to_owned())
}

fn encryption(
    config: &Config,
    mode: Option<&str>,
    ca_file: Option<PathBuf>,
) -> Result<Encryption, HistoryError> {
    let is_socket = |host: &Host| match host {
        Host::Tcp(_) => false,
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    if config.get_hostaddrs().is_empty() && config.get_hosts().iter().all(is_socket) {
        // As PostgreSQL's own programs do: no one can listen there.
        return Ok(Encryption::Disable);
    }
    match (mode, ca_file) {
        (Some("verify-full"), ca_file) => Ok(Encryption::VerifyFull { ca_file }),
        (None, Some(ca_file)) => Ok(Encryption::VerifyFull { ca_file: Some(ca_file) }),
        // The certificate would silently not be verified.
        (Some(_), Some(_)) => Err(invalid("sslrootcert needs sslmode=verify-full")),
        (Some("disable"), None) => Ok(Encryption::Disable),
        (Some("prefer"), None) => Ok(Encryption::Prefer),
        (Some("require"), None) => Ok(Encryption::Require),
        (Some(_), None) => Err(invalid("sslmode must be disable, prefer, require or verify-full")),
        (None, None) if is_local(config) => Ok(Encryption::Prefer),
        (None, None) => Ok(Encryption::Require),
    }
}

/// Returns `true` if all hosts are in the local network, so far as their names and addresses show.
fn is_local(config: &Config) -> bool {
    if !config.get_hostaddrs().is_empty() {
        return config.get_hostaddrs().iter().all(|address| is_local_address(*address));
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => match name.parse() {
            Ok(address) => is_local_address(address),
            Err(_) => !name.trim_end_matches('.').contains('.'),
        },
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

fn is_local_address(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

impl PartialEq for PostgresLocation {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl Eq for PostgresLocation {}

impl fmt::Display for PostgresLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

impl fmt::Debug for PostgresLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresLocation").field(&self.url).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Encryption, String> {
        match text.parse::<PostgresLocation>() {
            Ok(location) => Ok(location.encryption),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn encrypts_by_default_outside_the_local_network() {
        for (host, expected) in [
            ("127.0.0.1", Encryption::Prefer),
            ("[::1]:5433", Encryption::Prefer),
            ("10.1.2.3,192.168.0.1", Encryption::Prefer),
            ("[fd00::1]", Encryption::Prefer),
            ("localhost", Encryption::Prefer),
            ("db:5433", Encryption::Prefer),
            ("db.plant.example", Encryption::Require),
            ("8.8.8.8", Encryption::Require),
            ("10.1.2.3,8.8.8.8", Encryption::Require),
            ("%2Frun%2Fpostgresql", Encryption::Disable),
        ] {
            assert_eq!(parse(&format!("postgres://u@{host}/history")), Ok(expected), "{host}");
        }
    }

    #[test]
    fn reads_sslmode_and_sslrootcert() {
        let full = |ca_file: Option<&str>| Ok(Encryption::VerifyFull { ca_file: ca_file.map(Into::into) });
        for (query, expected) in [
            ("sslmode=disable", Ok(Encryption::Disable)),
            ("connect_timeout=3&sslmode=prefer", Ok(Encryption::Prefer)),
            ("sslmode=require&connect_timeout=3", Ok(Encryption::Require)),
            ("sslmode=verify-full", full(None)),
            ("sslmode=verify-full&sslrootcert=/etc/a%20b.pem", full(Some("/etc/a b.pem"))),
            ("sslrootcert=/etc/ca.pem", full(Some("/etc/ca.pem"))),
            ("sslmode=require&sslrootcert=/etc/ca.pem", Err("sslrootcert needs sslmode=verify-full")),
            ("sslmode=allow", Err("sslmode must be disable, prefer, require or verify-full")),
        ] {
            let expected = expected.map_err(|message| format!("Invalid address of the history: {message}"));
            assert_eq!(parse(&format!("postgres://u@db.example/history?{query}")), expected, "{query}");
        }
    }

    #[test]
    fn never_shows_a_password() {
        for text in [
            "postgres://u:s3cret@db/history",
            "postgres://u@db/history?password=s3cret",
            "postgres://u@db/history?port=s3cret",
            "postgres://u@db/history?s3cret",
            "s3cret",
            "postgres://u@/s3cret",
        ] {
            let error = text.parse::<PostgresLocation>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
    }

    #[test]
    fn keeps_a_password_in_the_keyring() {
        let location: PostgresLocation = "postgres://u@db/history?connect_timeout=3".parse().unwrap();
        assert_eq!(location.stored_password(), None);
        let secrets = Arc::new(Secrets::in_memory());
        let location = location.with_keyring(secrets.clone());
        assert_eq!(location.stored_password(), None);
        assert!(matches!(location.store_password(&Secret::from("s3cret")), Some(Stored::MemoryOnly(_))));
        assert_eq!(location.stored_password(), Some(Secret::from("s3cret")));
        assert!(!format!("{location} {location:?}").contains("s3cret"));
        let same: PostgresLocation = "postgresql://u@db/history".parse().unwrap();
        let same = same.with_keyring(secrets);
        assert_eq!(same.stored_password(), Some(Secret::from("s3cret")));
        // There is no keyring that it could be removed from, but it is gone from the memory.
        assert!(same.forget_password().is_err());
        assert_eq!(location.stored_password(), None);
    }
}
