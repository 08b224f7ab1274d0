//! The scripts that no font of the program or of the system has, and the packages that bring one.

/// Returns whether a font of the system has a character. Called on a thread of its own, because it may take a second.
pub type HasGlyph = std::sync::Arc<dyn Fn(char) -> bool + Send + Sync>;

/// A script, a character of it, and the Debian package with a font for it.
struct Script {
    name: &'static str,
    sample: char,
    package: &'static str,
}

const fn script(name: &'static str, sample: char, package: &'static str) -> Script {
    Script { name, sample, package }
}

/// The scripts that the fonts of the program lack and that are used for names.
const SCRIPTS: [Script; 12] = [
    script("Chinese", '中', "fonts-noto-cjk"),
    script("Japanese", 'あ', "fonts-noto-cjk"),
    script("Korean", '한', "fonts-noto-cjk"),
    script("Arabic", 'ع', "fonts-noto-core"),
    script("Hebrew", 'א', "fonts-noto-core"),
    script("Devanagari", 'अ', "fonts-noto-core"),
    script("Bengali", 'অ', "fonts-noto-core"),
    script("Tamil", 'அ', "fonts-noto-core"),
    script("Thai", 'ก', "fonts-noto-core"),
    script("Armenian", 'Ա', "fonts-noto-core"),
    script("Georgian", 'ა', "fonts-noto-core"),
    script("Ethiopic", 'አ', "fonts-noto-core"),
];

/// Scripts without a font that one package brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MissingScripts {
    /// The names of the scripts.
    pub(super) names: Vec<&'static str>,
    /// The package.
    pub(super) package: &'static str,
}

/// Returns the scripts without a font, by package.
pub(super) fn find(has_glyph: &HasGlyph) -> Vec<MissingScripts> {
    let mut missing: Vec<MissingScripts> = Vec::new();
    for Script { name, package, .. } in SCRIPTS.iter().filter(|script| !has_glyph(script.sample)) {
        match missing.iter_mut().find(|missing| missing.package == *package) {
            Some(missing) => missing.names.push(name),
            None => missing.push(MissingScripts { names: vec![name], package }),
        }
    }
    missing
}

/// Returns whether a font of the system has a character, for [`HasGlyph`].
pub(super) fn system_has_glyph() -> HasGlyph {
    use std::sync::{Arc, OnceLock};

    use egui::FontFamily;
    use egui::epaint::text::{FallbackRequest, FontProvider as _};
    use egui_system_font_provider::SystemFontProvider;

    let provider = OnceLock::new();
    Arc::new(move |char| {
        let provider = provider.get_or_init(SystemFontProvider::new);
        let cluster = char.to_string();
        provider.font_for(&FallbackRequest { cluster: &cluster, family: &FontFamily::Proportional }).is_some()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn groups_missing_scripts_by_package() {
        let has_glyph: HasGlyph = Arc::new(|char| !"中한ع".contains(char));
        let expected = [
            MissingScripts { names: vec!["Chinese", "Korean"], package: "fonts-noto-cjk" },
            MissingScripts { names: vec!["Arabic"], package: "fonts-noto-core" },
        ];
        assert_eq!(find(&has_glyph), expected);
        assert_eq!(find(&(Arc::new(|_| true) as HasGlyph)), []);
    }
}
