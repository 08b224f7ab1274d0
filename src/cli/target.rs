//! The gateway that a subcommand reads, and the credentials for it.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::ExitStatus;
use super::report::report;
use super::saved_logins::SavedLogins;
use super::trust_hint::TrustHint;
use crate::demo::{DemoError, DemoGateway, Options};
use crate::gateway::{Credentials, CredentialsError, GatewayError, Limits, NodeUrl, NodeUrlError, Profile};
use crate::poll::{Access, BackgroundGateway};
use crate::sanitize::sanitize;
use crate::settings::{self, Settings, SettingsError, Target, TargetError, suggestion};

/// The part of the time limit for opening a connection. The rest is for the request, and for asking a silent port in the
/// other scheme.
const CONNECT_SHARE: f64 = 0.6;

/// A gateway to read.
pub(super) struct OpenTarget {
    /// The gateway.
    pub(super) profile: Profile,
    /// The credentials of the environment, for a gateway that was named, or those that were saved.
    pub(super) credentials: Credentials,
    /// The source of the credentials.
    login: LoginSource,
    /// `true` if the gateway was named on the command line. Only then are credentials of the
    /// environment used.
    is_named: bool,
    /// `true` if the gateway is in `config.toml`.
    is_saved: bool,
    /// The demo gateway, which runs until it is dropped.
    demo: Option<DemoGateway>,
}

/// The source of the credentials for a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LoginSource {
    /// The environment, or no source if there are no credentials.
    Environment,
    /// The keyring.
    Keyring,
    /// No source: the gateway requires credentials, and the keyring didn't provide them.
    Missing,
}

/// The reason why there is no gateway to read.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("No gateway named. {}", suggestion(.saved))]
    NoGateway {
        /// The names of the saved gateways.
        saved: Vec<String>,
    },
    #[error("All gateways can only be shown in the window. Name one. {}", suggestion(.saved))]
    AllGateways {
        /// The names of the saved gateways.
        saved: Vec<String>,
    },
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Demo(#[from] DemoError),
    #[error("Invalid address of the demo gateway")]
    DemoAddress(#[source] NodeUrlError),
}

impl OpenError {
    pub(super) fn status(&self) -> ExitStatus {
        match self {
            Self::NoGateway { .. }
            | Self::AllGateways { .. }
            | Self::Target(TargetError::Unknown { .. })
            | Self::Credentials(_) => ExitStatus::Usage,
            Self::Target(TargetError::Invalid(_))
            | Self::Settings(_)
            | Self::Demo(_)
            | Self::DemoAddress(_) => ExitStatus::Failed,
        }
    }

    pub(super) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Settings(_) | Self::Target(TargetError::Invalid(_)) => {
                Some("an address such as http://host:8088 in place of a saved name needs no settings")
            }
            _ => None,
        }
    }
}

impl OpenTarget {
    /// Opens the gateway named on the command line: a saved one, one by its address, or `demo`. Without a name it is the
    /// only saved one.
    pub(super) fn new(gateway: Option<&str>) -> Result<Self, OpenError> {
        let settings = load_settings(gateway.is_some_and(needs_no_settings))?;
        let (target, credentials) = match gateway {
            Some(gateway) => {
                (settings.target(Some(gateway), None)?, Credentials::from_env(|name| std::env::var_os(name))?)
            }
            None => (Target::Gateway(only_profile(&settings)?), Credentials::None),
        };
        report_problems(&settings);
        let is_named = gateway.is_some();
        let (profile, demo) = match target {
            Target::Gateway(profile) => (profile, None),
            Target::All => return Err(OpenError::AllGateways { saved: settings.profile_names() }),
            Target::Demo => {
                // Read once, so that no time passes in which sessions could begin or end.
                let demo = DemoGateway::start(Options { still: true, ..Options::in_process() })?;
                (Profile::from_address(demo.url()).map_err(OpenError::DemoAddress)?, Some(demo))
            }
        };
        let is_saved = settings.profiles.contains(&profile);
        Ok(Self { profile, credentials, login: LoginSource::Environment, is_named, is_saved, demo })
    }

    /// Opens the gateways named on the command line, or all saved ones, to be read again and again. The demo gateway is live.
    /// Those without credentials from the environment get the ones that were saved with them.
    pub(super) fn open_all(gateways: &[String]) -> Result<Vec<Self>, OpenError> {
        let are_addresses = !gateways.is_empty() && gateways.iter().all(|gateway| needs_no_settings(gateway));
        let settings = load_settings(are_addresses)?;
        let saved = || settings.profiles.iter().cloned().map(|profile| (Target::Gateway(profile), false));
        let mut targets: Vec<(Target, bool)> = Vec::new();
        let mut credentials = Credentials::None;
        if gateways.is_empty() {
            targets.extend(saved());
        } else {
            credentials = Credentials::from_env(|name| std::env::var_os(name))?;
        }
        for gateway in gateways {
            match settings.target(Some(gateway), None)? {
                Target::All => targets.extend(saved()),
                target => targets.push((target, true)),
            }
        }
        if targets.is_empty() {
            return Err(no_gateway(&settings));
        }
        report_problems(&settings);
        let mut logins = SavedLogins::new(settings::folder().as_deref());
        let mut open: Vec<Self> = Vec::new();
        for (target, is_named) in targets {
            let (profile, demo) = match target {
                Target::Gateway(profile) => (profile, None),
                Target::All => continue,
                Target::Demo if open.iter().any(|other| other.demo.is_some()) => continue,
                Target::Demo => {
                    let demo = DemoGateway::start(Options::in_process())?;
                    let profile = Profile::from_address(demo.url()).map_err(OpenError::DemoAddress)?;
                    (profile.with_name(settings::DEMO), Some(demo))
                }
            };
            if open.iter().any(|other| other.profile.name == profile.name) {
                continue;
            }
            let is_saved = settings.profiles.contains(&profile);
            let (credentials, login) = match &credentials {
                credentials if is_named && *credentials != Credentials::None => {
                    (credentials.clone(), LoginSource::Environment)
                }
                _ if is_saved => match logins.credentials(&profile) {
                    Some(credentials) => (credentials, LoginSource::Keyring),
                    None => (Credentials::None, LoginSource::Missing),
                },
                _ => (Credentials::None, LoginSource::Environment),
            };
            open.push(Self { profile, credentials, login, is_named, is_saved, demo });
        }
        Ok(open)
    }

    /// Returns the gateway as one to read again and again.
    pub(super) fn to_background(&self, every: Duration) -> BackgroundGateway {
        let (profile, access) = (self.profile.clone(), self.access());
        BackgroundGateway { profile, access, interval: Some(every), last: None }
    }

    /// Returns what may be read of the gateway: without the login that it requires, only its health.
    fn access(&self) -> Access {
        match self.login {
            LoginSource::Missing => Access::Health,
            LoginSource::Environment | LoginSource::Keyring => Access::Sessions(self.credentials.clone()),
        }
    }

    /// Returns a hint for the command line on a failure to read a node.
    pub(super) fn hint(&self, error: &GatewayError) -> Option<Cow<'static, str>> {
        let trust = self.trust_hint(error).map(|hint| hint.lines().into());
        trust.or_else(|| self.login_hint(error).map(Cow::Borrowed))
    }

    /// Returns the hint on one line.
    pub(super) fn short_hint(&self, error: &GatewayError) -> Option<Cow<'static, str>> {
        let trust = self.trust_hint(error).map(|hint| hint.line().into());
        trust.or_else(|| self.login_hint(error).map(Cow::Borrowed))
    }

    fn trust_hint(&self, error: &GatewayError) -> Option<TrustHint<'_>> {
        match error {
            GatewayError::Certificate(rejected) => TrustHint::new(rejected, &self.profile, self.is_saved),
            _ => None,
        }
    }

    fn login_hint(&self, error: &GatewayError) -> Option<&'static str> {
        match (error, &self.credentials) {
            (GatewayError::FiltersUnsupported, _) => Some("leave out --ask-gateway to filter here"),
            (error, _) if error.is_login_rejected_or_missing() && self.login != LoginSource::Environment => {
                Some("sign in to this gateway in the window, which keeps the login in the keyring")
            }
            (error, _) if error.is_login_rejected_or_missing() && !self.is_named => {
                Some("name the gateway on the command line to log in with credentials from the environment")
            }
            (GatewayError::Unauthorized { .. } | GatewayError::LoginNotTried, Credentials::Basic(_)) => {
                Some("check GATEWATCH_USER and GATEWATCH_PASSWORD")
            }
            (GatewayError::Unauthorized { .. } | GatewayError::LoginNotTried, _) => {
                Some("set GATEWATCH_USER and GATEWATCH_PASSWORD")
            }
            (GatewayError::TokenNotAccepted, _) => {
                Some("set GATEWATCH_USER and GATEWATCH_PASSWORD in place of GATEWATCH_TOKEN")
            }
            (GatewayError::TokenRejected, _) => {
                Some("check that GATEWATCH_TOKEN is the whole token, NAME:KEY")
            }
            (GatewayError::TokenNeeded { .. }, Credentials::Basic(_)) => {
                Some("set GATEWATCH_TOKEN in place of GATEWATCH_USER and GATEWATCH_PASSWORD")
            }
            (GatewayError::TokenNeeded { .. }, _) => Some("set GATEWATCH_TOKEN to the whole token, NAME:KEY"),
            _ => None,
        }
    }

    /// Returns the gateway's name and the node's address, or the address alone for a gateway without a name.
    pub(super) fn label(&self, node: &NodeUrl) -> String {
        let (name, url) = (&self.profile.name, node.to_string());
        if *name == url { url } else { sanitize(&format!("{name}, {url}")).into_owned() }
    }
}

/// Returns the limits for a run of this time.
pub(super) fn limits(timeout: Duration) -> Limits {
    let limits = Limits::default();
    let connect_timeout = timeout.mul_f64(CONNECT_SHARE).min(limits.connect_timeout);
    Limits { connect_timeout, total_timeout: timeout, ..limits }
}

/// Reads the settings. If they aren't needed, a failure is only reported.
fn load_settings(are_optional: bool) -> Result<Settings, OpenError> {
    let Some(folder) = settings::folder() else {
        return Ok(Settings::default());
    };
    match Settings::load(&folder) {
        Ok(settings) => Ok(settings),
        Err(error) if are_optional => {
            report(&error, None);
            Ok(Settings::default())
        }
        Err(error) => Err(error.into()),
    }
}

/// Returns `true` for `demo` and for texts that are clearly addresses. Other texts may be saved names.
fn needs_no_settings(gateway: &str) -> bool {
    let text = gateway.trim();
    let authority = text.split('/').next().unwrap_or_default();
    let ipv6 = authority.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_host_and_port = authority.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty()
            && !host.contains(|c: char| c == ':' || c.is_whitespace())
            && port.parse::<u16>().is_ok()
    });
    text == settings::DEMO
        || text.contains("://")
        || is_host_and_port
        || authority.parse::<SocketAddr>().is_ok()
        || ipv6.unwrap_or(authority).parse::<IpAddr>().is_ok()
}

/// Reports the entries that are left out.
pub(super) fn report_problems(settings: &Settings) {
    for problem in &settings.problems {
        report(problem, None);
    }
}

fn only_profile(settings: &Settings) -> Result<Profile, OpenError> {
    match (&settings.profiles[..], settings.profile_problems().next()) {
        ([profile], None) => Ok(profile.clone()),
        _ => Err(no_gateway(settings)),
    }
}

/// Returns the error for a command line without a gateway.
fn no_gateway(settings: &Settings) -> OpenError {
    match settings.profile_problems().next() {
        Some(problem) => problem.clone().into(),
        None => OpenError::NoGateway { saved: settings.profile_names() },
    }
}

#[cfg(test)]
mod tests {
    use super::needs_no_settings;

    #[test]
    fn addresses_and_demo_need_no_settings() {
        for text in [
            "demo",
            " demo ",
            "http://n",
            "n:8088",
            "n.plant:8088/north",
            "10.1.2.3",
            "10.1.2.3:8043",
            "[::1]",
            "::1",
            "[::1]:8088",
        ] {
            assert!(needs_no_settings(text), "{text}");
        }
        for text in ["North", "n1", "Demo", "Line 1:2", "North: old", "n:", ":8088", "n:99999", ""] {
            assert!(!needs_no_settings(text), "{text}");
        }
    }
}
