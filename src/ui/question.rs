//! The questions that the user answers before something is lost, except for the one about terminating sessions.

use egui::{Context, Id};

use super::button::Button;
use super::command::{Command, GuideCommand, RailCommand};
use super::dialog::{Answer, Dialog};
use super::model::{AfterDiscard, Question};

/// Draws a question.
pub(super) fn show(ctx: &Context, question: &Question, commands: &mut Vec<Command>) {
    let (title, text, button, confirmed) = match question {
        Question::DiscardForm(next) => {
            let next = match next {
                AfterDiscard::AddGateway => Command::AddGateway,
                AfterDiscard::EditGateway(name) => Command::EditGateway(name.clone()),
                AfterDiscard::SaveRecent(name) => Command::Rail(RailCommand::SaveRecent(name.clone())),
                AfterDiscard::SetUp => Command::Guide(GuideCommand::SetUp),
                AfterDiscard::Quit => Command::Quit,
            };
            let text = "The gateway in the form isn't saved";
            let title = "Discard the changes?".to_owned();
            (title, text.to_owned(), "Discard changes", vec![Command::CloseGateway, next])
        }
        Question::ReplaceFile(path) => {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            let folder = path.parent().map(|folder| format!(" in {}", folder.display())).unwrap_or_default();
            let text = format!("A file with this name exists{folder}. Its contents will be lost");
            (format!("Replace {name}?"), text, "Replace", vec![Command::ReplaceFile(path.clone())])
        }
    };
    let dialog = Dialog::new(Id::unique("question"), &title, &text);
    match dialog.show(ctx, |_| {}, Button::danger_filled(button)) {
        Some(Answer::Confirmed) => {
            commands.push(Command::CloseQuestion);
            commands.extend(confirmed);
        }
        Some(Answer::Cancelled) => commands.push(Command::CloseQuestion),
        None => {}
    }
}
