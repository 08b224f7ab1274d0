//! The questions that the user answers before something is lost, except for the one about terminating sessions.

use egui::{Context, Id};

use super::button::Button;
use super::command::{AlertCommand, Command, GuideCommand, RailCommand};
use super::dialog::{Dialog, DialogChoice};
use super::model::{AfterDiscard, OpenForm, Question};
use crate::sanitize::sanitize;

/// The longest name of a gateway that its button repeats, in characters.
const MAX_NAME_CHARS: usize = 24;

/// Draws a question.
pub(super) fn show(ctx: &Context, question: &Question, commands: &mut Vec<Command>) {
    let (title, text, button, confirmed) = match question {
        Question::DiscardForm(form, next) => {
            let leads_on = *next != AfterDiscard::Nothing;
            let next = match next {
                AfterDiscard::AddGateway => Some(Command::AddGateway),
                AfterDiscard::EditGateway(name) => Some(Command::EditGateway(name.clone())),
                AfterDiscard::SaveRecent(name) => Some(Command::Rail(RailCommand::SaveRecent(name.clone()))),
                AfterDiscard::SetUp => Some(Command::Guide(GuideCommand::SetUp)),
                AfterDiscard::Connect(gateway) => Some(Command::Connect(gateway.clone())),
                AfterDiscard::SignIn(gateway) => Some(Command::AskSignIn(gateway.clone())),
                AfterDiscard::ConnectDemo => Some(Command::ConnectDemo),
                AfterDiscard::ShowAll => Some(Command::Rail(RailCommand::ShowAll)),
                AfterDiscard::Alert(command) => Some(Command::Alert(command.clone())),
                AfterDiscard::Nothing => None,
                AfterDiscard::Quit => Some(Command::Quit),
            };
            let (text, close) = match form {
                OpenForm::Gateway => ("The gateway in the form isn't saved", Command::DiscardForm),
                // Where nothing else opens, the settings do.
                OpenForm::Alert if leads_on => ("The alert in the form isn't saved", Command::DiscardForm),
                OpenForm::Alert => ("The alert in the form isn't saved", Command::Alert(AlertCommand::Close)),
            };
            let title = "Discard the changes?".to_owned();
            let confirmed = [Some(close), next].into_iter().flatten().collect();
            (title, text.to_owned(), "Discard changes".to_owned(), confirmed)
        }
        Question::RemoveGateway(name) => {
            let shown = sanitize(name);
            let is_short = shown.chars().count() <= MAX_NAME_CHARS;
            let button = if is_short { format!("Remove {shown}") } else { "Remove gateway".to_owned() };
            let text = "Its settings and its saved login will be lost";
            let confirmed = vec![Command::RemoveGateway(name.clone())];
            (format!("Remove {shown}?"), text.to_owned(), button, confirmed)
        }
        Question::RemoveAlert(name) => {
            let shown = sanitize(name);
            let is_short = shown.chars().count() <= MAX_NAME_CHARS;
            let button = if is_short { format!("Remove {shown}") } else { "Remove alert".to_owned() };
            let text = "It will be deleted from config.toml";
            let confirmed = vec![Command::Alert(AlertCommand::Remove(name.clone()))];
            (format!("Remove {shown}?"), text.to_owned(), button, confirmed)
        }
        Question::ReplaceFile(path) => {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.map(|folder| format!(" in {}", sanitize(&folder.to_string_lossy())));
            let folder = folder.unwrap_or_default();
            let text = format!("A file with this name exists{folder}. Its contents will be lost");
            let confirmed = vec![Command::ReplaceFile(path.clone())];
            (format!("Replace {}?", sanitize(&name)), text, "Replace file".to_owned(), confirmed)
        }
    };
    let dialog = Dialog::new(Id::unique("question"), &title, &text);
    match dialog.show(ctx, |_| {}, Button::danger_filled(button)) {
        Some(DialogChoice::Confirmed) => {
            commands.push(Command::CloseQuestion);
            commands.extend(confirmed);
        }
        Some(DialogChoice::Cancelled) => commands.push(Command::CloseQuestion),
        None => {}
    }
}
