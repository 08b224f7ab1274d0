//! Diagnostics for a bug report: program, system, renderer, settings without secrets, log.

use std::env::consts::{ARCH, OS};

use egui::Context;

use super::refresh_interval;
use crate::gateway::{Api, Login, NodeUrl, Profile};
use crate::settings::Settings;

/// Returns the diagnostics as text. They contain no user names, passwords, tokens or sessions.
pub(super) fn report(ctx: &Context, renderer: &str, settings: &Settings, log: &[Box<str>]) -> String {
    let mut lines = vec![
        format!("Gatewatch {}", crate::version::VERSION),
        format!("System: {OS} {ARCH}"),
        format!("Renderer: {renderer}"),
        format!("Scale factor: {}", scale_factor(ctx)),
        String::new(),
        "Settings".to_owned(),
        format!("Refresh: {}", settings.refresh.map_or_else(|| "default".to_owned(), refresh_interval::text)),
        format!("Saved filters: {}", settings.filters.len()),
        format!("Gateways: {}", settings.profiles.len()),
    ];
    lines.extend(settings.profiles.iter().map(gateway));
    lines.extend([String::new(), format!("Log ({} lines)", log.len())]);
    lines.extend(log.iter().map(|line| String::from(&**line)));
    lines.join("\n") + "\n"
}

/// Returns one line about a saved gateway.
fn gateway(profile: &Profile) -> String {
    let Profile { name, login, trust, api, perspective, refresh, may_terminate, history, .. } = profile;
    let authentication = match login {
        Login::None => "None",
        Login::Basic { .. } => "Password",
        Login::Token => "Token",
    };
    let source = match api {
        None => "Automatic",
        Some(Api::WebDev) => "Web Dev",
        Some(Api::Rest) => "REST API",
    };
    let addresses: Vec<String> = profile.nodes().iter().map(NodeUrl::to_string).collect();
    let mut facts = vec![
        addresses.join(" "),
        format!("authentication: {authentication}"),
        format!("source: {source}"),
        format!("refresh: {}", refresh.map_or_else(|| "default".to_owned(), refresh_interval::text)),
    ];
    let flags = [
        (*perspective, "includes Perspective sessions"),
        (*may_terminate, "allows terminating sessions"),
        (!*history, "is left out of the history"),
        (trust.ca_file.is_some(), "has a CA file"),
    ];
    facts.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, text)| text.to_owned()));
    if !trust.pins.is_empty() {
        facts.push(format!("trusted certificates: {}", trust.pins.len()));
    }
    format!("- {name}: {}", facts.join(", "))
}

/// Returns the number of physical pixels per point and its factors: the scale of the screen and the zoom of the window.
fn scale_factor(ctx: &Context) -> String {
    let screen =
        ctx.native_pixels_per_point().map_or_else(|| "unknown".to_owned(), |scale| scale.to_string());
    format!("{} (screen {screen}, zoom {})", ctx.pixels_per_point(), ctx.zoom_factor())
}

/// Returns the renderer and its driver.
pub(super) fn renderer(cc: &eframe::CreationContext<'_>) -> String {
    use eframe::glow::HasContext as _;

    if let Some(gl) = &cc.gl {
        let version = gl.version();
        let api = if version.is_embedded { "OpenGL ES" } else { "OpenGL" };
        return format!("glow, {api} {}.{} {}", version.major, version.minor, version.vendor_info);
    }
    #[cfg(any(windows, target_os = "macos"))]
    if let Some(state) = &cc.wgpu_render_state {
        let adapter = state.adapter.get_info();
        return format!(
            "wgpu, {} {:?}, {} {}",
            adapter.name, adapter.backend, adapter.driver, adapter.driver_info
        );
    }
    "unknown".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_gateways_without_user_names() {
        let mut profile = Profile::from_address("http://n1:8088").unwrap().with_name("North");
        profile.login = Login::Basic { user: "billy".to_owned() };
        profile.may_terminate = true;
        let settings = Settings { profiles: vec![profile], ..Settings::default() };
        let report = report(&Context::default(), "glow", &settings, &["a line".into()]);
        let gateway = "- North: http://n1:8088, authentication: Password, source: Automatic, \
            refresh: default, allows terminating sessions\n";
        assert!(report.contains(gateway), "{report}");
        assert!(report.ends_with("Log (1 lines)\na line\n"), "{report}");
        assert!(!report.contains("billy"), "{report}");
    }
}
