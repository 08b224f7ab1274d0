//! Values that are typed but not applied: addresses, logins, filter texts, export options.

use std::path::{Path, PathBuf};

use super::date_draft::DateDraft;
use super::pattern_tester::PatternTester;
use crate::dataset::ColumnId;
use crate::export::{Delimiter, Format};
use crate::gateway::{Credentials, InvalidLogin, Login, Profile, SessionKind};
use crate::query::{ColumnFilter, FilterField, FilterText};
use crate::settings::SavedFilter;
use crate::ui::alert_form::AlertForm;
use crate::ui::error_report::ErrorReport;
use crate::ui::gateway_form::{FormStage, GatewayForm};
use crate::ui::secret_box::SecretText;

/// The values behind the window's input widgets.
#[derive(Default)]
pub(in crate::ui) struct Drafts {
    /// The name or address in the gateway box.
    pub(in crate::ui) gateway: String,
    /// The error of the last attempt to connect to it.
    pub(in crate::ui) gateway_error: Option<ErrorReport>,
    /// The gateway that is being added or edited.
    pub(in crate::ui) form: Option<GatewayForm>,
    /// The alert that is being added or edited, while no gateway is.
    pub(in crate::ui) alert: Option<AlertForm>,
    /// The login for the current gateway.
    pub(in crate::ui) login: LoginDraft,
    /// The username filter.
    pub(in crate::ui) username: FilterText,
    /// The project filter.
    pub(in crate::ui) project: FilterText,
    /// The text filters on other columns.
    pub(in crate::ui) columns: Vec<ColumnFilter>,
    /// The filter on dates that is being edited.
    pub(in crate::ui) date: DateDraft,
    /// The name under which the filters will be saved.
    pub(in crate::ui) filter_name: String,
    /// The saved filters that were removed last, until they are saved again.
    pub(in crate::ui) removed_filter: Option<SavedFilter>,
    /// The message to the user whose session is about to be terminated.
    pub(in crate::ui) terminate_message: String,
    /// The rows and the format to export.
    pub(in crate::ui) export: ExportOptions,
    /// The file to export to, where the platform has no file dialog.
    pub(in crate::ui) export_path: Option<ExportPath>,
    /// The reason why the last export failed, if not because of its file.
    pub(in crate::ui) export_error: Option<ErrorReport>,
    /// The limit in the license panel while it is edited.
    pub(in crate::ui) limit: Option<LimitDraft>,
    /// The time in the box of the past.
    pub(in crate::ui) moment: String,
    /// The reason why that time can't be shown, or a note on the time that was chosen in its place.
    pub(in crate::ui) moment_error: Option<String>,
    /// The search in the palette; `None` while it is closed.
    pub(in crate::ui) palette: Option<PaletteDraft>,
    /// The dialog that tests a pattern.
    pub(in crate::ui) tester: PatternTester,
}

/// The limit of a kind of sessions on a gateway, while it is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct LimitDraft {
    /// The name of the gateway.
    pub(in crate::ui) gateway: String,
    /// The kind.
    pub(in crate::ui) kind: SessionKind,
    /// The typed text.
    pub(in crate::ui) text: String,
}

/// The search in the palette.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct PaletteDraft {
    /// The typed text.
    pub(in crate::ui) text: String,
    /// The index of the highlighted entry.
    pub(in crate::ui) selected: usize,
}

impl Drafts {
    /// Returns `true` if a form takes the place of the table and its bars.
    pub(in crate::ui) fn has_form(&self) -> bool {
        self.form.is_some() || self.alert.is_some()
    }

    /// Returns the stage of the open form, and whether closing it would discard changes.
    pub(in crate::ui) fn form_stage(&self) -> Option<(FormStage, bool)> {
        let gateway = self.form.as_ref().map(|form| (form.stage, form.is_changed()));
        gateway.or_else(|| self.alert.as_ref().map(|form| (form.stage, form.is_changed())))
    }

    /// Returns the text of a filter; `None` if it was removed.
    pub(in crate::ui) fn filter(&self, field: FilterField) -> Option<&FilterText> {
        match field {
            FilterField::Username => Some(&self.username),
            FilterField::Project => Some(&self.project),
            FilterField::Column(index) => self.columns.get(index).map(|filter| &filter.text),
        }
    }

    /// Returns the text of a filter, to change it; `None` if it was removed.
    pub(in crate::ui) fn filter_mut(&mut self, field: FilterField) -> Option<&mut FilterText> {
        match field {
            FilterField::Username => Some(&mut self.username),
            FilterField::Project => Some(&mut self.project),
            FilterField::Column(index) => self.columns.get_mut(index).map(|filter| &mut filter.text),
        }
    }

    /// Returns the column of a filter; `None` if it was removed.
    pub(in crate::ui) fn column_of(&self, field: FilterField) -> Option<ColumnId> {
        match field {
            FilterField::Username => Some(ColumnId::Username),
            FilterField::Project => Some(ColumnId::Project),
            FilterField::Column(index) => self.columns.get(index).map(|filter| filter.column.clone()),
        }
    }

    /// Forgets the error of the last export and its path.
    pub(in crate::ui) fn forget_export(&mut self) {
        (self.export_path, self.export_error) = (None, None);
    }

    /// Forgets the error of the last export and what is known of the file at its path, because either may be different now.
    pub(in crate::ui) fn reset_export(&mut self) {
        self.export_error = None;
        if let Some(path) = &mut self.export_path {
            path.error = None;
        }
    }
}

/// The reason why a login isn't accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum LoginError {
    /// The error of the gateway, if it has rejected the login.
    #[default]
    Gateway,
    /// It can't be sent.
    Invalid(InvalidLogin),
    /// No error, because the login was edited since. `Some` contains the box whose error was
    /// cleared, so that its room stays.
    Edited(Option<LoginField>),
}

/// A box of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum LoginField {
    /// The user name.
    User,
    /// The password or the token.
    Secret,
}

/// A login that is being typed.
#[derive(Default)]
pub(in crate::ui) struct LoginDraft {
    /// An API token instead of a user name and password.
    pub(in crate::ui) is_token: bool,
    /// The user name.
    pub(in crate::ui) user: String,
    /// The password or the token.
    pub(in crate::ui) secret: SecretText,
    /// The login is saved once it has worked.
    pub(in crate::ui) save: bool,
    /// The reason why it isn't accepted.
    pub(in crate::ui) error: LoginError,
    /// The secret is readable.
    pub(in crate::ui) is_revealed: bool,
}

impl LoginDraft {
    /// Creates the initial draft for a gateway.
    pub(in crate::ui) fn new(profile: &Profile) -> Self {
        let login = &profile.login;
        Self {
            is_token: *login == Login::Token,
            user: login.user().unwrap_or_default().to_owned(),
            secret: SecretText::default(),
            save: *login != Login::None,
            error: LoginError::default(),
            is_revealed: false,
        }
    }

    /// Selects the API token, unless something is typed.
    pub(in crate::ui) fn prefer_token(&mut self) {
        self.is_token |= self.user.is_empty() && self.secret.is_empty();
    }

    /// Returns the typed login, after an attempt to sign in.
    pub(in crate::ui) fn credentials(&self) -> Result<Credentials, InvalidLogin> {
        let secret = self.secret.secret();
        if self.is_token { Credentials::token(secret) } else { Credentials::basic(&self.user, secret) }
    }
}

/// The rows to export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum ExportRows {
    /// The rows and columns shown, in their order.
    #[default]
    Shown,
    /// The selected rows and the columns shown, in their order.
    Selected,
    /// All rows and columns, in the gateway's order.
    All,
}

/// The format of a file to export to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum FileFormat {
    /// CSV.
    #[default]
    Csv,
    /// JSON.
    Json,
}

impl FileFormat {
    /// Returns the extension of its files.
    pub(in crate::ui) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// Returns the format that the extension of a file names; `None` if it names neither.
    fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?;
        [Self::Csv, Self::Json].into_iter().find(|format| extension.eq_ignore_ascii_case(format.extension()))
    }
}

/// The options of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct ExportOptions {
    /// The rows to export.
    pub(in crate::ui) rows: ExportRows,
    /// The file format.
    pub(in crate::ui) format: FileFormat,
    /// CSV has a byte-order mark and no formulas, for spreadsheets.
    pub(in crate::ui) is_safe: bool,
    /// The character between two fields of CSV, which is saved.
    pub(in crate::ui) delimiter: Delimiter,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            rows: ExportRows::default(),
            format: FileFormat::default(),
            is_safe: true,
            delimiter: Delimiter::default(),
        }
    }
}

impl ExportOptions {
    /// Returns the options for a file, whose extension takes precedence over the chosen format.
    pub(in crate::ui) fn for_file(self, path: &Path) -> Self {
        Self { format: FileFormat::of(path).unwrap_or(self.format), ..self }
    }

    /// Returns the format with the delimiter.
    pub(in crate::ui) fn format(self) -> Format {
        match (self.format, self.is_safe) {
            (FileFormat::Csv, true) => Format::SpreadsheetCsv(self.delimiter),
            (FileFormat::Csv, false) => Format::Csv(self.delimiter),
            (FileFormat::Json, _) => Format::Json,
        }
    }
}

/// The path of a file to export to.
#[derive(Debug)]
pub(in crate::ui) struct ExportPath {
    /// The path.
    pub(in crate::ui) text: String,
    /// The reason why the file could not be written.
    pub(in crate::ui) error: Option<ErrorReport>,
    /// The contents of an export that isn't of the table, such as `83 entries`.
    pub(in crate::ui) listed: Option<String>,
}

impl ExportPath {
    /// Creates a draft that starts with this path.
    pub(in crate::ui) fn new(path: &Path) -> Self {
        Self { text: path.display().to_string(), error: None, listed: None }
    }

    /// Returns the path as typed.
    pub(in crate::ui) fn path(&self) -> PathBuf {
        PathBuf::from(self.text.trim())
    }
}
