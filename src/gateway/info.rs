//! What a gateway says of itself on its `gwinfo` page.

use std::fmt;

/// Who is there: read from `Key=Value;…`, keys in any order and any case, each of them optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayInfo {
    /// The gateway's own name.
    pub name: Option<String>,
    /// Its version, which decides where its resources are.
    pub version: Option<Version>,
    /// `RUNNING`, `STARTING`, `NEEDS_COMMISSIONING`, …, as it says.
    pub context_status: Option<String>,
    /// Its part in a redundant pair.
    pub role: Option<Role>,
}

/// A gateway's part in a redundant pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// No redundancy.
    Independent,
    /// The master.
    Master,
    /// A backup that is in charge now.
    ActiveBackup,
    /// A backup that waits: its list of sessions may be empty or partial.
    ColdBackup,
}

/// The first two numbers of a version, and its whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// `8` of 8.1.44.
    pub major: u32,
    /// `1` of 8.1.44.
    pub minor: u32,
    text: String,
}

impl Version {
    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('.');
        let major = numbers.next()?.trim().parse().ok()?;
        let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>();
        let minor = numbers.next().and_then(|part| digits(part).parse().ok()).unwrap_or(0);
        Some(Self { major, minor, text: text.trim().to_owned() })
    }

    /// Whether a gateway of this version has the REST API, which an API token opens.
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
            Self::ActiveBackup => "backup, active",
            Self::ColdBackup => "backup, not active",
        })
    }
}

impl GatewayInfo {
    /// Reads a `gwinfo` page; `None` where the text is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let value = |wanted: &str| {
            text.split(';')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| key.trim().eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value.trim())
                .filter(|value| !value.is_empty())
        };
        let is = |key, wanted: &str| value(key).is_some_and(|value| value.eq_ignore_ascii_case(wanted));
        let role = match value("RedundancyStatus").map(str::to_ascii_lowercase).as_deref() {
            Some("independent") => Some(Role::Independent),
            Some("master") => Some(Role::Master),
            Some("backup") if is("RedundantNodeActiveStatus", "Active") => Some(Role::ActiveBackup),
            Some("backup") => Some(Role::ColdBackup),
            _ => None,
        };
        let info = Self {
            name: value("PlatformName").map(str::to_owned),
            version: value("Version").and_then(Version::read),
            context_status: value("ContextStatus").map(str::to_owned),
            role,
        };
        (info != Self::default()).then_some(info)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_by_name_in_any_order_and_case() {
        let text = "version=8.1.44 (b2024);REDUNDANCYSTATUS=Backup;Other=x=y;RedundantNodeActiveStatus=Active;PlatformName=Plant North;contextstatus=RUNNING;";
        let info = GatewayInfo::read(text).unwrap();
        assert_eq!(info.name.as_deref(), Some("Plant North"));
        let version = info.version.unwrap();
        assert_eq!((version.major, version.minor), (8, 1));
        assert_eq!(version.to_string(), "8.1.44 (b2024)");
        assert_eq!(info.context_status.as_deref(), Some("RUNNING"));
        assert_eq!(info.role, Some(Role::ActiveBackup));
    }

    #[test]
    fn the_rest_api_came_with_8_3() {
        for (text, expected) in
            [("7.9.21", false), ("8.1.44", false), ("8.3.0-rc1", true), ("8.10.1", true), ("9", true)]
        {
            assert_eq!(Version::read(text).unwrap().has_rest(), expected, "{text}");
        }
    }

    #[test]
    fn a_backup_is_taken_for_waiting_unless_it_says_active() {
        let info = GatewayInfo::read("RedundancyStatus=Backup;RedundantNodeActiveStatus=Cold").unwrap();
        assert_eq!(info.role, Some(Role::ColdBackup));
    }

    #[test]
    fn a_page_that_is_none_gives_nothing() {
        for text in ["", "<html>a=b</html>", "x=y;z", "ContextStatus="] {
            assert_eq!(GatewayInfo::read(text), None, "{text}");
        }
    }
}
