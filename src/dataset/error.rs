//! What can be wrong with an answer, told so that whoever runs the gateway can mend it.

use super::ColumnType;

/// What to do where the script on the gateway, or what it says, is not as it should be.
const PASTE_AGAIN: &str = "put the script into the Web Dev resource again, as the README says";
/// What to do where the way from there to here may have spoilt an answer.
const TRY_AGAIN: &str = "try again, and look for a proxy in between if that does not help";

/// Why an answer is no dataset. Rows and columns are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// Nothing came.
    #[error(
        "the answer is empty; a script on the gateway whose file does not begin with `def doGet` answers so: {}",
        PASTE_AGAIN
    )]
    Empty,
    /// A web page came instead.
    #[error("the answer is a web page{}, not the sessions; is this the address of the gateway itself, and is its Web Dev project installed?", page(.title.as_deref()))]
    Html {
        /// The page's title, where it has one.
        title: Option<String>,
    },
    /// The bytes are no text.
    #[error("the answer is no UTF-8 text from byte {offset} on; {}", TRY_AGAIN)]
    NotUtf8 {
        /// How many bytes before it are good.
        offset: usize,
    },
    /// The answer stops too early.
    #[error("the answer is cut off at line {line}, column {column}; {}", TRY_AGAIN)]
    Truncated {
        /// Line of the end.
        line: usize,
        /// Byte within that line.
        column: usize,
    },
    /// The answer is no JSON.
    #[error("the answer is no valid JSON at line {line}, column {column}: {reason}; {}", PASTE_AGAIN)]
    Syntax {
        /// Line of the fault.
        line: usize,
        /// Byte within that line.
        column: usize,
        /// What the JSON reader says.
        reason: String,
    },
    /// JSON, but built otherwise.
    #[error("the answer is not what the Gatewatch resource answers: {reason}; {}", PASTE_AGAIN)]
    Unexpected {
        /// What came instead of what.
        reason: String,
    },
    /// The gateway answered that it could not do it.
    #[error("the gateway refused: {message}; its log may say more")]
    Refused {
        /// The gateway's own words.
        message: String,
    },
    /// JSON, but of something else.
    #[error("the answer has no {field:?}, so it is not the Gatewatch resource's; {}", PASTE_AGAIN)]
    MissingField {
        /// The missing key.
        field: &'static str,
    },
    /// A key of the answer itself is there twice.
    #[error("the answer has {field:?} twice; {}", PASTE_AGAIN)]
    DuplicateField {
        /// The key.
        field: &'static str,
    },
    /// A key of the answer itself has a value of the wrong type.
    #[error("{field:?} in the answer should be {expected}; {}", PASTE_AGAIN)]
    WrongField {
        /// The key.
        field: &'static str,
        /// What should stand there.
        expected: &'static str,
    },
    /// The answer is in a later form.
    #[error("the answer is of version {found}, and only version 1 is known here; update Gatewatch")]
    UnknownVersion {
        /// The version that came.
        found: i64,
    },
    /// More columns than any gateway has to tell.
    #[error("the answer has {found} columns, and more than {most} are not taken; {}", PASTE_AGAIN)]
    TooManyColumns {
        /// How many columns were announced.
        found: usize,
        /// How many are taken.
        most: usize,
    },
    /// One of the six columns is not there.
    #[error("the answer has no column {name:?}; {}", PASTE_AGAIN)]
    MissingColumn {
        /// Which one.
        name: &'static str,
    },
    /// Two columns of one name.
    #[error("the answer has the column {name:?} twice; {}", PASTE_AGAIN)]
    DuplicateColumn {
        /// Which one.
        name: String,
    },
    /// One of the six columns is of another type.
    #[error("the column {name:?} should be of type {expected} and is {found}; {}", PASTE_AGAIN)]
    WrongColumnType {
        /// Which one.
        name: String,
        /// The type that it has in every version of the gateway.
        expected: ColumnType,
        /// The type that was announced.
        found: ColumnType,
    },
    /// A row is not a list.
    #[error("row {row} is {found} instead of a list of cells; {}", PASTE_AGAIN)]
    NotARow {
        /// Which row.
        row: usize,
        /// What came.
        found: String,
    },
    /// A row with too few or too many cells.
    #[error("row {row} has {found} cells, and there are {expected} columns; {}", PASTE_AGAIN)]
    RowLength {
        /// Which row.
        row: usize,
        /// How many columns were announced.
        expected: usize,
        /// How many cells came.
        found: usize,
    },
    /// A cell of another type than its column.
    #[error("row {row}, column {column:?}: {found} where a {expected} belongs; {}", PASTE_AGAIN)]
    WrongCell {
        /// Which row.
        row: usize,
        /// The column's name.
        column: String,
        /// The column's type.
        expected: ColumnType,
        /// What came.
        found: String,
    },
    /// More rows than can be counted here.
    #[error("the answer has more than {} rows; let the gateway filter it", u32::MAX - 1)]
    TooManyRows,
}

fn page(title: Option<&str>) -> String {
    title.map_or_else(String::new, |title| format!(" ({title:?})"))
}
