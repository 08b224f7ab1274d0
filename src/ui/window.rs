//! Opening the window: with OpenGL where it works, with Vulkan or DirectX where it does not.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use eframe::{NativeOptions, Renderer};
use egui::ViewportBuilder;

use super::app::{App, Start};
use super::export_job::PickFile;
use super::theme;
use crate::gateway::{Credentials, CredentialsError, Profile};
use crate::secrets::Secrets;
use crate::settings::{self, Settings, State, Target, TargetError};

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// There is no screen.
    #[error(
        "there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set); `gatewatch sessions` shows the table without one"
    )]
    NoDisplay,
    /// There should be a screen, and there is none.
    #[error(
        "the display can't be opened (see DISPLAY and WAYLAND_DISPLAY); `gatewatch sessions` shows the table without one"
    )]
    DeadDisplay,
    /// No renderer works on this machine.
    #[error("no window can be opened; `gatewatch sessions` shows the table without one")]
    NoRenderer(#[source] eframe::Error),
    /// The gateway's address is none.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The environment's credentials can't be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

impl WindowError {
    /// Whether the command was used wrongly, rather than something failed.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Target(_) | Self::Credentials(_))
    }
}

/// Opens the window on this gateway, a saved one's name or an address, and returns when it is closed.
///
/// # Errors
/// When the gateway can't be meant, or no window can be opened.
pub fn run(gateway: Option<&str>) -> Result<(), WindowError> {
    // Told before anything else, so that a wrong address is wrong with and without a screen.
    let start = start(gateway)?;
    if !has_display() {
        return Err(WindowError::NoDisplay);
    }
    match open(start.clone(), Renderer::Glow) {
        Ok(()) => Ok(()),
        // Without a connection to the screen no renderer helps.
        Err(eframe::Error::WinitEventLoop(_)) => Err(WindowError::DeadDisplay),
        Err(error) => open_with_fallback(start, error),
    }
}

/// Opens the window without OpenGL, which is missing over Windows Remote Desktop and in many virtual machines.
#[cfg(any(windows, target_os = "macos"))]
fn open_with_fallback(start: Start, opengl: eframe::Error) -> Result<(), WindowError> {
    tracing::warn!(error = %opengl, "OpenGL doesn't work, falling back to wgpu");
    open(start, Renderer::Wgpu).map_err(WindowError::NoRenderer)
}

/// There is no fallback where Mesa always has OpenGL.
#[cfg(not(any(windows, target_os = "macos")))]
fn open_with_fallback(_start: Start, opengl: eframe::Error) -> Result<(), WindowError> {
    Err(WindowError::NoRenderer(opengl))
}

/// Elsewhere than on Linux and its kin there always is one.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos")))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(set)
}

fn open(start: Start, renderer: Renderer) -> eframe::Result {
    let options = NativeOptions {
        renderer,
        viewport: ViewportBuilder::default()
            .with_title("Gatewatch")
            .with_app_id("gatewatch")
            .with_icon(icon())
            .with_inner_size(theme::INITIAL_WINDOW)
            .with_min_inner_size(theme::MIN_WINDOW),
        ..NativeOptions::default()
    };
    let app: eframe::AppCreator<'_> = Box::new(|cc| Ok(Box::new(App::new(&cc.egui_ctx, start)?)));
    eframe::run_native("Gatewatch", options, app)
}

/// The program's sign in task bars. Without it the window is just as good.
fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png")).unwrap_or_default()
}

/// What the settings, the last run and the command line say together.
fn start(gateway: Option<&str>) -> Result<Start, WindowError> {
    let folder = settings::folder();
    let (settings, trouble) = match folder.as_deref().map(Settings::load) {
        None => (Settings::default(), None),
        Some(Ok(settings)) => (settings, None),
        // The program starts all the same, and leaves the file alone.
        Some(Err(error)) => (Settings::default(), Some(error.to_string())),
    };
    let state = folder.as_deref().map(State::load).unwrap_or_default();
    let last = state.last.as_deref();
    let target = match (&trouble, gateway) {
        (None, _) | (_, Some(_)) => Some(settings.target(gateway, last)?),
        // Which gateways are saved is not known, so none is made up.
        (Some(_), None) => {
            let last = last.filter(|last| last.contains("://"));
            last.and_then(|last| Profile::from_address(last).ok()).map(Target::Gateway)
        }
    };
    // Credentials of the environment are only for a gateway named on the command line.
    let credentials = match gateway {
        Some(_) => Credentials::from_env(|name| std::env::var_os(name))?,
        None => Credentials::None,
    };
    Ok(Start {
        target,
        settings,
        state,
        folder,
        credentials,
        trouble,
        pick_file: native_dialog(),
        open_secrets: Arc::new(Secrets::new),
    })
}

/// The system's own file dialog.
fn native_dialog() -> PickFile {
    Arc::new(|suggested| {
        let ending = Path::new(suggested).extension().and_then(OsStr::to_str).unwrap_or("csv");
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Export sessions")
            .add_filter(ending.to_uppercase(), &[ending])
            .set_file_name(suggested);
        let chosen = dialog.save_file();
        Box::pin(async move { chosen.await.map(|file| file.path().to_owned()) })
    })
}
