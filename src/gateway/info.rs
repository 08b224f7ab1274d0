//! The health page `gwinfo` of a gateway.

use std::fmt;

use crate::sanitize::one_line;

/// Maximum length of a value, in characters.
const MAX_VALUE_CHARS: usize = 80;

/// The content of a health page: `Key=Value;…`, keys in any order and case, all optional. Texts are sanitized.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayInfo {
    /// The gateway's name.
    pub name: Option<String>,
    /// Its version, which the paths of its resources depend on.
    pub version: Option<Version>,
    /// The state: `RUNNING`, `STARTING`, `NEEDS_COMMISSIONING`, …
    pub context_status: Option<String>,
    /// Its role in a redundant pair.
    pub role: Option<Role>,
    /// `true` if the gateway accepts HTTPS only.
    pub requires_https: bool,
    /// Its activity in a redundant pair: `Active`, `Cold`, `Warm` or another word, on one line.
    pub activity: Option<String>,
}

/// A gateway's role in a redundant pair. It says nothing about the activity: a master can be demoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// No redundancy.
    Independent,
    /// The master.
    Master,
    /// The backup.
    Backup,
}

/// A version: its first two numbers and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The first number, such as 8 in 8.1.44.
    pub major: u32,
    /// The second number, such as 1 in 8.1.44.
    pub minor: u32,
    text: String,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.');
        let major = numbers.next()?.trim().parse().ok()?;
        let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>();
        let minor = numbers.next().and_then(|part| digits(part).parse().ok()).unwrap_or(0);
        Some(Self { major, minor, text: text.trim().to_owned() })
    }

    /// Returns `true` if gateways of this version have the REST API.
    #[must_use]
    pub fn has_rest(&self) -> bool {
        (self.major, self.minor) >= (8, 3)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Independent => "independent",
            Self::Master => "master",
            Self::Backup => "backup",
        })
    }
}

impl GatewayInfo {
    /// Parses a health page; `None` if no key is known.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let value = |name: &str| {
            text.split(';')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
                .map(|(_, value)| one_line(value, MAX_VALUE_CHARS))
                .filter(|value| !value.is_empty())
        };
        let is = |key, expected: &str| value(key).is_some_and(|value| value.eq_ignore_ascii_case(expected));
        let role = match value("RedundancyStatus").map(|role| role.to_ascii_lowercase()).as_deref() {
            Some("independent") => Some(Role::Independent),
            Some("master") => Some(Role::Master),
            Some("backup") => Some(Role::Backup),
            _ => None,
        };
        let info = Self {
            name: value("PlatformName"),
            version: value("Version").as_deref().and_then(Version::parse),
            context_status: value("ContextStatus"),
            role,
            requires_https: ["true", "1", "yes"].iter().any(|expected| is("RequireSsl", expected)),
            activity: value("RedundantNodeActiveStatus"),
        };
        (info != Self::default()).then_some(info)
    }

    /// Returns `true` if the gateway is the active node, or isn't part of a redundant pair. The list of sessions of any
    /// other node may be empty or partial, whatever its role.
    #[must_use]
    pub fn is_active(&self) -> bool {
        match &self.activity {
            Some(activity) => activity.eq_ignore_ascii_case("Active"),
            None => self.role != Some(Role::Backup),
        }
    }

    /// Returns the role and, unless the gateway is active, the activity: `backup`, `master, cold`. `None` if it reports
    /// neither.
    #[must_use]
    pub fn redundancy(&self) -> Option<String> {
        let role = self.role.map(|role| role.to_string());
        let activity = (!self.is_active())
            .then(|| self.activity.as_deref().map_or_else(|| "inactive".to_owned(), str::to_lowercase));
        let parts: Vec<String> = role.into_iter().chain(activity).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sanitizes_texts() {
        let info =
            GatewayInfo::parse("PlatformName=North\u{1b}[2J\u{202e};Version=8.1.4\u{7};ContextStatus=A\nB");
        let info = info.unwrap();
        assert_eq!(info.name.as_deref(), Some("North\u{fffd}[2J\u{fffd}"));
        assert_eq!(info.version.unwrap().to_string(), "8.1.4\u{fffd}");
        assert_eq!(info.context_status.as_deref(), Some("A B"));
    }

    #[test]
    fn reads_keys_in_any_order_and_case() {
        let text = "version=8.1.44 (b2024);REDUNDANCYSTATUS=Backup;Other=x=y;RedundantNodeActiveStatus=Active;PlatformName=Plant North;contextstatus=RUNNING;";
        let info = GatewayInfo::parse(text).unwrap();
        assert_eq!(info.name.as_deref(), Some("Plant North"));
        let version = info.version.unwrap();
        assert_eq!((version.major, version.minor), (8, 1));
        assert_eq!(version.to_string(), "8.1.44 (b2024)");
        assert_eq!(info.context_status.as_deref(), Some("RUNNING"));
        assert_eq!((info.role, info.activity.as_deref()), (Some(Role::Backup), Some("Active")));
    }

    #[test]
    fn has_rest_from_8_3_on() {
        for (text, expected) in
            [("7.9.21", false), ("8.1.44", false), ("8.3.0-rc1", true), ("8.10.1", true), ("9", true)]
        {
            assert_eq!(Version::parse(text).unwrap().has_rest(), expected, "{text}");
        }
    }

    #[test]
    fn activity_decides_whatever_the_role() {
        for (text, is_active, redundancy) in [
            ("RedundancyStatus=Master;RedundantNodeActiveStatus=Active", true, Some("master")),
            ("RedundancyStatus=Master;RedundantNodeActiveStatus=Cold", false, Some("master, cold")),
            ("RedundancyStatus=Backup;RedundantNodeActiveStatus=ACTIVE", true, Some("backup")),
            ("RedundancyStatus=Backup;RedundantNodeActiveStatus=Warm", false, Some("backup, warm")),
            ("RedundancyStatus=Backup", false, Some("backup, inactive")),
            (
                "RedundancyStatus=Independent;RedundantNodeActiveStatus=Unknown",
                false,
                Some("independent, unknown"),
            ),
            ("redundantnodeactivestatus=Cold", false, Some("cold")),
            ("RedundantNodeActiveStatus=a\u{1b}\nb", false, Some("a\u{fffd} b")),
            ("RedundancyStatus=Master", true, Some("master")),
            ("Version=8.1.0", true, None),
        ] {
            let info = GatewayInfo::parse(text).unwrap();
            assert_eq!((info.is_active(), info.redundancy().as_deref()), (is_active, redundancy), "{text}");
        }
    }

    #[test]
    fn rejects_other_pages() {
        for text in ["", "<html>a=b</html>", "x=y;z", "ContextStatus="] {
            assert_eq!(GatewayInfo::parse(text), None, "{text}");
        }
    }
}
