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
                AfterDiscard::AddGateway => Some(Command::AddGateway),
                AfterDiscard::EditGateway(name) => Some(Command::EditGateway(name.clone())),
                AfterDiscard::SaveRecent(name) => Some(Command::Rail(RailCommand::SaveRecent(name.clone()))),
                AfterDiscard::SetUp => Some(Command::Guide(GuideCommand::SetUp)),
                AfterDiscard::Connect(gateway) => Some(Command::Connect(gateway.clone())),
                AfterDiscard::ConnectDemo => Some(Command::ConnectDemo),
                AfterDiscard::ShowAll => Some(Command::Rail(RailCommand::ShowAll)),
                AfterDiscard::Nothing => None,
                AfterDiscard::Quit => Some(Command::Quit),
            };
            let text = "The gateway in the form isn't saved";
            let title = "Discard the changes?".to_owned();
            (
                title,
                text.to_owned(),
                "Discard changes",
                [Some(Command::CloseGateway), next].into_iter().flatten().collect(),
            )
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
