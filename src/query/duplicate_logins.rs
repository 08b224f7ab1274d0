//! Users with several sessions in one project.

use super::previews;
use crate::dataset::{Column, ColumnId, Dataset, RowsByCode, TextColumn, hosts};

/// The name that Perspective reports for a session without a login.
const UNAUTHENTICATED: &str = "Unauthenticated";

/// Returns `true` for a name that means no user.
pub(super) fn is_no_user(name: &str) -> bool {
    name.trim().is_empty() || name.eq_ignore_ascii_case(UNAUTHENTICATED)
}

/// The sessions that a user has in one project, seen from one of them. A Designer and its preview are one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuplicateLogin {
    /// The number of sessions, at least 2.
    pub sessions: u32,
    /// The number of those on this session's host, itself included; 0 if its address is null.
    pub on_host: u32,
}

impl DuplicateLogin {
    /// Returns `true` for several sessions on one host, which are accidental. On different hosts they are usual: one user at
    /// two panels.
    #[must_use]
    pub fn is_accidental(self) -> bool {
        self.on_host > 1
    }
}

/// The sessions whose user has several in the same project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DuplicateLogins {
    /// Sorted by row. Holds only the few rows with more than one.
    logins: Vec<(u32, DuplicateLogin)>,
}

impl DuplicateLogins {
    /// Searches a whole dataset, regardless of filters. Takes time in proportion to the number of rows.
    #[must_use]
    pub fn find(dataset: &Dataset) -> Self {
        let users = RowsByCode::of(dataset.username());
        let mut search = Search::new(dataset);
        let mut sessions: Vec<(u32, u32)> = Vec::new();
        for user in (0..users.distinct()).filter(|&user| !is_no_user(users.text(user))) {
            let rows = users.rows(user);
            if rows.len() < 2 {
                continue;
            }
            sessions.clear();
            sessions.extend(rows.iter().map(|&row| (search.projects[row as usize], row)));
            // Few users have more than a handful of sessions.
            sessions.sort_unstable();
            for in_project in sessions.chunk_by(|(a, _), (b, _)| a == b) {
                if in_project.len() > 1 && in_project[0].0 != TextColumn::NULL {
                    search.add(in_project);
                }
            }
        }
        let mut logins = search.logins;
        logins.sort_unstable_by_key(|(row, _)| *row);
        Self { logins }
    }

    /// Returns the sessions that the user of this row has in its project, if there are several.
    #[must_use]
    pub fn get(&self, row: u32) -> Option<DuplicateLogin> {
        let index = self.logins.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(self.logins[index].1)
    }
}

/// A search for duplicate logins in a dataset.
struct Search<'a> {
    projects: &'a [u32],
    addresses: Option<&'a TextColumn>,
    /// The host of each address, as the code of its first address; empty until it is needed.
    hosts: Vec<u32>,
    /// The rows of previews whose Designer is listed, sorted.
    previews: Vec<u32>,
    logins: Vec<(u32, DuplicateLogin)>,
}

impl<'a> Search<'a> {
    fn new(dataset: &'a Dataset) -> Self {
        let addresses = match dataset.column(&ColumnId::Address) {
            Some(Column::Text(addresses)) => Some(addresses),
            _ => None,
        };
        let projects = dataset.project().codes();
        let previews = previews::of_listed_designers(dataset);
        Self { projects, addresses, hosts: Vec::new(), previews, logins: Vec::new() }
    }

    /// Adds the sessions of one user in one project, as pairs of the project and the row.
    fn add(&mut self, rows: &[(u32, u32)]) {
        let counted = |row: u32| self.previews.binary_search(&row).is_err();
        let sessions = rows.iter().filter(|(_, row)| counted(*row)).count();
        if sessions < 2 {
            return;
        }
        let mut on_hosts: Vec<(u32, u32, bool)> = rows
            .iter()
            .map(|&(_, row)| (row, counted(row)))
            .map(|(row, is_counted)| (0, row, is_counted))
            .collect();
        for (host, row, _) in &mut on_hosts {
            *host = self.host(*row);
        }
        on_hosts.sort_unstable();
        for on_host in on_hosts.chunk_by(|(a, ..), (b, ..)| a == b) {
            let count = match on_host[0].0 {
                TextColumn::NULL => 0,
                // A preview alone on its host is a session there.
                _ => on_host.iter().filter(|(.., is_counted)| *is_counted).count().max(1),
            };
            let login = DuplicateLogin { sessions: to_u32(sessions), on_host: to_u32(count) };
            self.logins.extend(on_host.iter().map(|&(_, row, _)| (row, login)));
        }
    }

    /// Returns the host of a row; [`TextColumn::NULL`] if its address is null.
    fn host(&mut self, row: u32) -> u32 {
        let Some(addresses) = self.addresses else {
            return TextColumn::NULL;
        };
        if self.hosts.is_empty() {
            self.hosts = hosts(addresses);
        }
        let code = addresses.codes()[row as usize];
        self.hosts.get(code as usize).copied().unwrap_or(TextColumn::NULL)
    }
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
