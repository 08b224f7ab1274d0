//! Rules: when an alert fires, and how it is sent.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::hours::Hours;
use crate::filter::{Filter, Mode};
use crate::gateway::SessionKind;

/// How long an alert about one thing isn't repeated, unless its rule says otherwise.
pub const DEFAULT_COOLDOWN: Duration = Duration::from_mins(10);

/// A rule: when an alert fires, and how it is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name, which identifies the rule.
    pub name: String,
    /// What makes it fire.
    pub condition: Condition,
    /// The sessions that it is about.
    pub filters: SessionFilters,
    /// The gateways that it is about: names, or addresses of nodes. Empty for all.
    pub gateways: Vec<String>,
    /// How long the condition has to hold first.
    pub hold: Duration,
    /// The hours in which alerts are only listed.
    pub quiet: Vec<Hours>,
    /// How long an alert about the same thing isn't repeated.
    pub cooldown: Duration,
    /// Whether it is also sent when it is resolved.
    pub sends_resolved: bool,
    /// Whether alerts are shown as notifications, by `record` on standard error.
    pub notify: bool,
    /// The program that gets each alert.
    pub command: Option<CommandLine>,
    /// Whether the rule is evaluated.
    pub is_enabled: bool,
}

impl Rule {
    /// Returns a rule about all sessions of all gateways, with the defaults of all else.
    #[must_use]
    pub fn new(name: String, condition: Condition) -> Self {
        let sends_resolved = condition.sends_resolved();
        Self {
            name,
            condition,
            filters: SessionFilters::default(),
            gateways: Vec::new(),
            hold: Duration::ZERO,
            quiet: Vec::new(),
            cooldown: DEFAULT_COOLDOWN,
            sends_resolved,
            notify: true,
            command: None,
            is_enabled: true,
        }
    }

    /// Returns `true` if the rule is about this gateway.
    #[must_use]
    pub fn is_about(&self, gateway: &str, nodes: &[impl AsRef<str>]) -> bool {
        let is_named = |name: &String| *name == *gateway || nodes.iter().any(|node| *name == *node.as_ref());
        self.gateways.is_empty() || self.gateways.iter().any(is_named)
    }
}

/// What makes an alert fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A session arrives.
    Arrives,
    /// A session leaves.
    Leaves,
    /// A user has several sessions in one project of a gateway.
    SignedInTwice,
    /// A user has sessions on different hosts.
    DifferentHosts,
    /// A gateway has more sessions than this.
    CountAbove(usize),
    /// A gateway has fewer sessions than this.
    CountBelow(usize),
    /// A Designer is open outside of these hours.
    DesignerOutsideHours(Hours),
    /// A session began longer ago than this.
    OlderThan(Duration),
    /// A session hasn't communicated for this long, by its last communication.
    SilentFor(Duration),
    /// A node can't be read, for another reason than its login.
    Unreachable,
    /// The certificate of a node expires within this time, or has expired.
    CertificateExpires(Duration),
}

impl Condition {
    /// The names of all conditions, in the order of the documentation.
    pub const NAMES: [&str; 11] = [
        "arrives",
        "leaves",
        "signed-in-twice",
        "different-hosts",
        "count-above",
        "count-below",
        "designer-outside-hours",
        "older-than",
        "silent-for",
        "unreachable",
        "certificate-expires",
    ];

    /// Returns the name of the condition, without its limit.
    #[must_use]
    pub fn name(self) -> &'static str {
        let index = match self {
            Self::Arrives => 0,
            Self::Leaves => 1,
            Self::SignedInTwice => 2,
            Self::DifferentHosts => 3,
            Self::CountAbove(_) => 4,
            Self::CountBelow(_) => 5,
            Self::DesignerOutsideHours(_) => 6,
            Self::OlderThan(_) => 7,
            Self::SilentFor(_) => 8,
            Self::Unreachable => 9,
            Self::CertificateExpires(_) => 10,
        };
        Self::NAMES[index]
    }

    /// Returns `true` for something that happens at a time, and `false` for a state that lasts.
    #[must_use]
    pub fn is_occurrence(self) -> bool {
        matches!(self, Self::Arrives | Self::Leaves)
    }

    /// Returns `true` if it is about nodes, not about sessions.
    #[must_use]
    pub fn is_about_node(self) -> bool {
        matches!(self, Self::Unreachable | Self::CertificateExpires(_))
    }

    /// Returns `true` if its end is sent unless a rule says otherwise: it is, where an operator waits for it.
    #[must_use]
    pub fn sends_resolved(self) -> bool {
        matches!(self, Self::CountAbove(_) | Self::CountBelow(_) | Self::Unreachable)
    }

    /// Returns what a stored history lacks to evaluate it; `None` if it lacks nothing.
    #[must_use]
    pub fn missing_in_history(self) -> Option<&'static str> {
        match self {
            Self::SilentFor(_) => Some("the last communication of sessions"),
            Self::CertificateExpires(_) => Some("certificates"),
            _ => None,
        }
    }
}

/// The sessions that a rule is about. The default is all.
#[derive(Clone, Debug, Default)]
pub struct SessionFilters {
    /// Filter on usernames.
    pub username: Option<Filter>,
    /// Filter on projects.
    pub project: Option<Filter>,
    /// Filter on addresses.
    pub address: Option<Filter>,
    /// The kinds; empty for all.
    pub kinds: Vec<SessionKind>,
}

impl SessionFilters {
    /// Returns `true` if all sessions pass.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns() == [None; 3] && self.kinds.is_empty()
    }

    /// Returns the patterns with their modes.
    fn patterns(&self) -> [Option<(&str, Mode)>; 3] {
        [&self.username, &self.project, &self.address]
            .map(|filter| filter.as_ref().map(|filter| (filter.pattern(), filter.mode())))
    }
}

impl PartialEq for SessionFilters {
    fn eq(&self, other: &Self) -> bool {
        self.patterns() == other.patterns() && self.kinds == other.kinds
    }
}

impl Eq for SessionFilters {}

/// A program with its arguments. It is started as it is, without a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// The program: a path, or a name that is looked up in `PATH`.
    pub program: PathBuf,
    /// The arguments.
    pub arguments: Vec<String>,
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.program.display())?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}
