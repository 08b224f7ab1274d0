//! The titles of columns.

use std::borrow::Cow;

use crate::dataset::{ColumnId, names};
use crate::sanitize::sanitize;

/// Returns the title of a column in the table header, sanitized.
#[must_use]
pub fn title(id: &ColumnId) -> Cow<'_, str> {
    let title = match id {
        ColumnId::Username => "Username",
        ColumnId::Project => "Project",
        ColumnId::Address => "Address",
        ColumnId::IsDesigner => "Designer",
        ColumnId::ClientId => "Client ID",
        ColumnId::CreationTime => "Created",
        ColumnId::Other(name) => match &**name {
            names::GATEWAY => "Gateway",
            names::KIND => "Kind",
            names::STATE => "State",
            names::FIRST_SEEN => "First seen",
            names::LAST_SEEN => "Last seen",
            names::MISSED_AT => "Missing since",
            names::LAST_COMM => "Last communication",
            names::TIMEOUT => "Timeout",
            names::TIME_ZONE => "Time zone",
            names::MEMORY_USED => "Memory used",
            names::MEMORY_MAX => "Memory limit",
            names::TAG_COUNT => "Tags",
            names::SESSION_SCOPE => "Scope",
            names::AUTHORIZED => "Authorized",
            names::USER_AGENT => "Browser",
            names::ACTIVE_PAGES => "Active pages",
            names::PAGE_IDS => "Page IDs",
            names::RECENT_BYTES_SENT => "Recently sent",
            names::TOTAL_BYTES_SENT => "Total sent",
            name => return sanitize(name),
        },
    };
    title.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_standard_columns_and_sanitizes_other_names() {
        let titles = ColumnId::STANDARD.map(|id| title(&id).into_owned());
        assert_eq!(titles, ["Username", "Project", "Address", "Designer", "Client ID", "Created"]);
        assert_eq!(title(&names::ACTIVE_PAGES.into()), "Active pages");
        assert_eq!(title(&"memory".into()), "memory");
        assert_eq!(title(&"a\u{1b}[2J\u{202e}b\n".into()), "a\u{fffd}[2J\u{fffd}b\u{fffd}");
    }
}
