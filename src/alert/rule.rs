//! Rules: when an alert fires, and how it is sent.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::hours::Hours;
use super::key::short_key;
use crate::filter::{Filter, Mode};
use crate::gateway::SessionKind;

/// The default time for which an alert about the same subject isn't repeated.
pub const DEFAULT_COOLDOWN: Duration = Duration::from_mins(10);

/// A rule: when an alert fires, and how it is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name, which identifies the rule.
    pub name: String,
    /// The condition under which the alert fires.
    pub condition: Condition,
    /// The sessions that it is about.
    pub filters: SessionFilters,
    /// The gateways that it is about: names, or addresses of nodes. Empty for all.
    pub gateways: Vec<String>,
    /// Time for which the condition has to hold before the alert fires.
    pub hold: Duration,
    /// The hours in which alerts are only listed.
    pub quiet: Vec<Hours>,
    /// Time for which an alert about the same subject isn't repeated.
    pub cooldown: Duration,
    /// `true` if an alert is also sent when the state is resolved.
    pub sends_resolved: bool,
    /// `true` if alerts are shown as notifications. `record` writes them to standard error instead.
    pub notify: bool,
    /// The program that receives each alert.
    pub command: Option<CommandLine>,
    /// `true` if the rule is evaluated.
    pub is_enabled: bool,
}

impl Rule {
    /// Returns a rule about all sessions of all gateways, with defaults for everything else.
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

    /// Returns a short key of the condition and the filters. The state of a rule belongs to this
    /// key.
    pub(super) fn definition(&self) -> String {
        let Self { condition, filters, .. } = self;
        short_key(&format!("{:?}", (condition, filters.patterns(), &filters.kinds)))
    }
}

/// The condition under which an alert fires.
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
    /// Returns the condition without its limit or hours.
    #[must_use]
    pub fn kind(self) -> ConditionKind {
        match self {
            Self::Arrives => ConditionKind::Arrives,
            Self::Leaves => ConditionKind::Leaves,
            Self::SignedInTwice => ConditionKind::SignedInTwice,
            Self::DifferentHosts => ConditionKind::DifferentHosts,
            Self::CountAbove(_) => ConditionKind::CountAbove,
            Self::CountBelow(_) => ConditionKind::CountBelow,
            Self::DesignerOutsideHours(_) => ConditionKind::DesignerOutsideHours,
            Self::OlderThan(_) => ConditionKind::OlderThan,
            Self::SilentFor(_) => ConditionKind::SilentFor,
            Self::Unreachable => ConditionKind::Unreachable,
            Self::CertificateExpires(_) => ConditionKind::CertificateExpires,
        }
    }

    /// Returns the name of the condition, without its limit.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.kind().name()
    }

    /// Returns `true` for something that happens at a time, and `false` for a state that lasts.
    #[must_use]
    pub fn is_occurrence(self) -> bool {
        self.kind().is_occurrence()
    }

    /// Returns `true` if it is about nodes, not about sessions.
    #[must_use]
    pub fn is_about_node(self) -> bool {
        self.kind().is_about_node()
    }

    /// Returns `true` if its end is sent by default, because an operator waits for it.
    #[must_use]
    pub fn sends_resolved(self) -> bool {
        self.kind().sends_resolved()
    }

    /// Returns the data that a stored history lacks to evaluate the condition; `None` if it lacks
    /// none.
    #[must_use]
    pub fn missing_in_history(self) -> Option<&'static str> {
        match self {
            Self::SilentFor(_) => Some("the last communication of sessions"),
            Self::CertificateExpires(_) => Some("certificates"),
            _ => None,
        }
    }
}

/// A condition without its limit or hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionKind {
    /// See [`Condition::Arrives`].
    Arrives,
    /// See [`Condition::Leaves`].
    Leaves,
    /// See [`Condition::SignedInTwice`].
    SignedInTwice,
    /// See [`Condition::DifferentHosts`].
    DifferentHosts,
    /// See [`Condition::CountAbove`].
    CountAbove,
    /// See [`Condition::CountBelow`].
    CountBelow,
    /// See [`Condition::DesignerOutsideHours`].
    DesignerOutsideHours,
    /// See [`Condition::OlderThan`].
    OlderThan,
    /// See [`Condition::SilentFor`].
    SilentFor,
    /// See [`Condition::Unreachable`].
    Unreachable,
    /// See [`Condition::CertificateExpires`].
    CertificateExpires,
}

/// The kind of a condition's parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// No parameter.
    None,
    /// A number of sessions.
    Count,
    /// A duration.
    Time,
    /// Hours of the week.
    Hours,
}

impl ConditionKind {
    /// All kinds with their names, in the order of the documentation.
    const NAMES: [(Self, &str); 11] = [
        (Self::Arrives, "arrives"),
        (Self::Leaves, "leaves"),
        (Self::SignedInTwice, "signed-in-twice"),
        (Self::DifferentHosts, "different-hosts"),
        (Self::CountAbove, "count-above"),
        (Self::CountBelow, "count-below"),
        (Self::DesignerOutsideHours, "designer-outside-hours"),
        (Self::OlderThan, "older-than"),
        (Self::SilentFor, "silent-for"),
        (Self::Unreachable, "unreachable"),
        (Self::CertificateExpires, "certificate-expires"),
    ];

    /// Returns all kinds, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::NAMES.into_iter().map(|(kind, _)| kind)
    }

    /// Returns the kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(_, other)| *other == name).map(|(kind, _)| kind)
    }

    /// Returns the name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].1
    }

    /// Returns the kind of its parameter.
    #[must_use]
    pub fn parameter(self) -> Parameter {
        match self {
            Self::CountAbove | Self::CountBelow => Parameter::Count,
            Self::OlderThan | Self::SilentFor | Self::CertificateExpires => Parameter::Time,
            Self::DesignerOutsideHours => Parameter::Hours,
            Self::Arrives | Self::Leaves | Self::SignedInTwice | Self::DifferentHosts | Self::Unreachable => {
                Parameter::None
            }
        }
    }

    /// Returns `true` for something that happens at a time, and `false` for a state that lasts.
    #[must_use]
    pub fn is_occurrence(self) -> bool {
        matches!(self, Self::Arrives | Self::Leaves)
    }

    /// Returns `true` if it is about nodes, not about sessions.
    #[must_use]
    pub fn is_about_node(self) -> bool {
        matches!(self, Self::Unreachable | Self::CertificateExpires)
    }

    /// Returns `true` if its end is sent by default, because an operator waits for it.
    #[must_use]
    pub fn sends_resolved(self) -> bool {
        matches!(self, Self::CountAbove | Self::CountBelow | Self::Unreachable)
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
