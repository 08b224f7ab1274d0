//! The sources of a password: the environment or a password file, as PostgreSQL's own programs find
//! it, or the keyring.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::secrets::Secret;

/// The folders of sockets that are called `localhost` in a password file.
#[cfg(unix)]
const DEFAULT_SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// Looks up a variable of the environment.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Returns the user that connects if the address names none.
pub(super) fn default_user(environment: Environment<'_>) -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| environment(name)?.into_string().ok().filter(|user| !user.is_empty()))
}

/// The source of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordSource {
    /// The environment variable `PGPASSWORD`.
    Environment,
    /// The platform's keyring.
    Keyring,
    /// The password file of PostgreSQL's own programs.
    File,
}

/// Returns the password for a connection: `PGPASSWORD`, or else what `keyring` returns, or else that in the password file.
///
/// A password that is set for one command takes precedence over a stored one. The keyring is asked
/// only if it is needed, because it may prompt.
pub(super) fn password(
    config: &Config,
    environment: Environment<'_>,
    keyring: impl FnOnce() -> Option<Secret>,
) -> Option<(Secret, PasswordSource)> {
    if let Some(password) = environment("PGPASSWORD").and_then(|password| password.into_string().ok())
        && !password.is_empty()
    {
        return Some((Secret::new(password), PasswordSource::Environment));
    }
    if let Some(password) = keyring() {
        return Some((password, PasswordSource::Keyring));
    }
    from_file(config, environment).map(|password| (password, PasswordSource::File))
}

fn from_file(config: &Config, environment: Environment<'_>) -> Option<Secret> {
    let path = password_file(environment)?;
    let text = Secret::new(read(&path)?);
    let user = config.get_user().unwrap_or_default();
    let database = config.get_dbname().unwrap_or(user);
    hosts(config).iter().find_map(|(host, port)| find(text.expose(), [host, port, database, user]))
}

/// Returns the hosts and ports that may be connected to.
fn hosts(config: &Config) -> Vec<(String, String)> {
    let addresses = || config.get_hostaddrs().iter().map(ToString::to_string);
    let mut hosts: Vec<String> = config.get_hosts().iter().map(host_name).collect();
    if hosts.is_empty() {
        hosts = addresses().collect();
    }
    let ports = config.get_ports();
    let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(5432).to_string();
    hosts.into_iter().enumerate().map(|(index, host)| (host, port(index))).collect()
}

fn host_name(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(folder) => {
            let is_default = DEFAULT_SOCKET_FOLDERS.iter().any(|default| Path::new(default) == folder);
            if is_default { "localhost".to_owned() } else { folder.display().to_string() }
        }
    }
}

/// Returns the path of the password file: `PGPASSFILE`, or else the default of the platform.
fn password_file(environment: Environment<'_>) -> Option<PathBuf> {
    let set = environment("PGPASSFILE").filter(|path| !path.is_empty());
    let default = || {
        if cfg!(windows) {
            Some(PathBuf::from(environment("APPDATA")?).join("postgresql").join("pgpass.conf"))
        } else {
            Some(PathBuf::from(environment("HOME")?).join(".pgpass"))
        }
    };
    set.map(PathBuf::from).or_else(default)
}

/// Reads a password file. One that others could read isn't used, so that its owner notices.
fn read(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    let problem = if !metadata.is_file() {
        "it is no file"
    } else if is_open_to_others(&metadata) {
        "others can read it. Set its mode to 0600"
    } else {
        return match fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "can't read the password file");
                None
            }
        };
    };
    tracing::warn!(path = %path.display(), problem, "the password file is not used");
    None
}

#[cfg(unix)]
fn is_open_to_others(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_metadata: &fs::Metadata) -> bool {
    false
}

/// Returns the password in the first line `host:port:database:user:password` for these values. A field `*` is for all, and
/// a backslash escapes a colon or another backslash.
fn find(text: &str, wanted: [&str; 4]) -> Option<Secret> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut rest = line;
        for wanted in wanted {
            let (field, after) = split_field(rest);
            if field != "*" && unescaped(field) != wanted {
                return None;
            }
            rest = after?;
        }
        Some(Secret::new(unescaped(split_field(rest).0)))
    })
}

/// Splits at the first colon without a backslash before it.
fn split_field(text: &str) -> (&str, Option<&str>) {
    let mut is_escaped = false;
    for (index, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ':' => return (&text[..index], Some(&text[index + 1..])),
            _ => {}
        }
    }
    (text, None)
}

fn unescaped(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut characters = field.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.push(characters.next().unwrap_or('\\')),
            _ => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_line_that_matches() {
        let text = "# comment\ndb:5432:history:billy:one\r\n*:*:history:billy:t\\:w\\\\o\ndb:*:*:*:three:rest\n\
                    a\\:b:5432:h\\\\d:*:four\nbad line\n*:*:*:*";
        for (wanted, expected) in [
            (["db", "5432", "history", "billy"], Some("one")),
            (["other", "5433", "history", "billy"], Some("t:w\\o")),
            (["db", "5433", "other", "anna"], Some("three")),
            (["a:b", "5432", "h\\d", "anna"], Some("four")),
            (["other", "5432", "other", "anna"], None),
        ] {
            assert_eq!(find(text, wanted), expected.map(Secret::from), "{wanted:?}");
        }
    }

    #[test]
    fn asks_for_each_host_with_its_port() {
        let hosts = |text: &str| hosts(&text.parse().unwrap());
        let pair = |host: &str, port: &str| (host.to_owned(), port.to_owned());
        assert_eq!(hosts("postgres://u@a,b:5433/x"), [pair("a", "5432"), pair("b", "5433")]);
        assert_eq!(hosts("postgres://u@[::1]/x"), [pair("::1", "5432")]);
        assert_eq!(hosts("host=a hostaddr=10.1.2.3 port=1"), [pair("a", "1")]);
        assert_eq!(hosts("hostaddr=10.1.2.3"), [pair("10.1.2.3", "5432")]);
        #[cfg(unix)]
        assert_eq!(
            hosts("postgres://u@%2Frun%2Fpostgresql,%2Fdata/x"),
            [pair("localhost", "5432"), pair("/data", "5432")]
        );
    }

    #[test]
    fn the_environment_comes_first_and_the_file_last() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pgpass");
        std::fs::write(&path, "db:*:*:billy:in file\n").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let config: Config = "postgres://billy@db/history".parse().unwrap();
        let find = |in_environment: &str, in_keyring: Option<&str>, has_file: bool| {
            let environment: Environment<'_> = &|name| match name {
                "PGPASSWORD" => Some(in_environment.into()),
                "PGPASSFILE" => Some(if has_file { path.clone() } else { folder.path().join("none") }.into()),
                _ => None,
            };
            let found = password(&config, environment, || in_keyring.map(Secret::from));
            found.map(|(password, source)| (password.expose().to_owned(), source))
        };
        let expect = |password: &str, source| Some((password.to_owned(), source));
        assert_eq!(find("s3cret", Some("stored"), true), expect("s3cret", PasswordSource::Environment));
        assert_eq!(find("", Some("stored"), true), expect("stored", PasswordSource::Keyring));
        assert_eq!(find("", None, true), expect("in file", PasswordSource::File));
        assert_eq!(find("", None, false), None);
        // It may prompt the user.
        let environment: Environment<'_> = &|name| (name == "PGPASSWORD").then(|| "s3cret".into());
        assert!(password(&config, environment, || panic!("the keyring isn't needed")).is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pgpass");
        std::fs::write(&path, "*:*:*:*:s3cret\n").unwrap();
        for (mode, is_read) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(read(&path).is_some(), is_read, "{mode:o}");
        }
        assert_eq!(read(folder.path()), None);
    }
}
