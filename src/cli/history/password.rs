//! Stores the password of the PostgreSQL database in the keyring, and removes it.

use std::io::{self, BufRead, IsTerminal as _};

use super::error::CommandError;
use super::{PasswordArgs, location, prompt, settings, write_lines};
use crate::cli::ExitStatus;
use crate::display::number;
use crate::history::{Location, PostgresLocation};
use crate::secrets::{Secret, Stored};

/// The longest password, in bytes. It keeps a file that was given by mistake from being read.
const MAX_LEN: usize = 1_000;

/// Stores a password that is typed, or the first line of standard input; or removes the stored one.
pub(super) fn run(args: &PasswordArgs) -> Result<ExitStatus, CommandError> {
    let Location::Postgres(database) = location(&settings()?)? else {
        return Err(CommandError::PasswordOfFile);
    };
    if args.remove {
        database.forget_password().map_err(CommandError::RemovePassword)?;
        return write_lines(&["The password is no longer in the keyring".to_owned()]);
    }
    let password = if io::stdin().is_terminal() {
        prompt::password(&format!("Password for {database}: ")).map_err(CommandError::Input)?
    } else {
        first_line(&mut io::stdin().lock())?
    };
    store(&database, &password)?;
    write_lines(&["The password is in the keyring. To try it, run: gatewatch history info".to_owned()])
}

fn store(database: &PostgresLocation, password: &Secret) -> Result<(), CommandError> {
    if password.expose().is_empty() {
        return Err(CommandError::NoPassword);
    }
    match database.store_password(password) {
        Some(Stored::MemoryOnly(error)) => Err(CommandError::Keyring(error)),
        Some(Stored::InKeyring) | None => Ok(()),
    }
}

/// Reads the first line, without its end.
fn first_line(input: &mut impl BufRead) -> Result<Secret, CommandError> {
    let mut line = String::new();
    let with_end = MAX_LEN + "\r\n".len();
    io::Read::take(input, with_end as u64).read_line(&mut line).map_err(CommandError::Input)?;
    let line = Secret::new(line);
    let password = line.expose().trim_end_matches(['\r', '\n']);
    if password.len() > MAX_LEN {
        let error = io::Error::other(format!("it is longer than {} bytes", number(MAX_LEN)));
        return Err(CommandError::Input(error));
    }
    Ok(Secret::from(password))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::secrets::Secrets;

    #[test]
    fn reads_the_first_line() {
        for (input, expected) in [
            ("s3cret\n", "s3cret"),
            (" a b \r\nsecond\n", " a b "),
            ("no end", "no end"),
            ("\n", ""),
            ("", ""),
        ] {
            assert_eq!(first_line(&mut input.as_bytes()).unwrap().expose(), expected, "{input:?}");
        }
        assert!(matches!(first_line(&mut &b"\xff\n"[..]), Err(CommandError::Input(_))));
        let longest = "x".repeat(MAX_LEN);
        for end in ["", "\n", "\r\n", "\nsecond"] {
            let input = format!("{longest}{end}");
            assert_eq!(first_line(&mut input.as_bytes()).unwrap().expose(), longest, "{end:?}");
            // A password that is cut off must not be stored.
            let too_long = format!("x{input}");
            assert!(matches!(first_line(&mut too_long.as_bytes()), Err(CommandError::Input(_))), "{end:?}");
        }
    }

    #[test]
    fn a_password_that_cannot_be_stored_is_an_error() {
        let database: PostgresLocation = "postgres://u@db/history".parse().unwrap();
        let database = database.with_keyring(Arc::new(Secrets::in_memory()));
        let store = |password: &str| store(&database, &Secret::from(password));
        assert!(matches!(store(""), Err(CommandError::NoPassword)));
        assert!(matches!(store("s3cret"), Err(CommandError::Keyring(_))));
    }
}
