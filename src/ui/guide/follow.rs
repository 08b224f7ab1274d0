//! Applies the results of the connection test to the guide, and moves the keyboard focus.

use super::super::gateway_draft::AuthKind;
use super::super::gateway_form::{GatewayForm, Reveal};
use super::progress::Progress;
use super::state::GuideStep;

/// Applies new results of the form's test. `has_ended`: there are no more. `is_naming`: a name is being typed, which keeps the
/// focus.
pub(in crate::ui) fn receive_results(form: &mut GatewayForm, has_ended: bool, is_naming: bool) {
    let (Some(guide), Some(test)) = (&mut form.guide, &form.test) else {
        return;
    };
    guide.update(test);
    if !has_ended || !test.has_same_nodes(&form.draft) {
        return;
    }
    if let Some(auth) = guide.suggested_auth() {
        form.suggest_auth(auth);
    }
    let Some(Progress { open, rejection, .. }) = progress(form).filter(|_| !is_naming) else {
        return;
    };
    if rejection.is_some() && form.draft.auth != AuthKind::None {
        form.reveal = Some(Reveal::Secret);
    } else if open == GuideStep::Address {
        // No gateway was found there.
        form.reveal = Some(Reveal::Addresses);
    }
}

/// Moves the keyboard focus into the step that has opened, unless a name is being typed or the form leads elsewhere.
pub(in crate::ui) fn follow(form: &mut GatewayForm, is_naming: bool) {
    let Some(open) = progress(form).map(|progress| progress.open) else {
        return;
    };
    let Some(guide) = &mut form.guide else {
        return;
    };
    let has_changed = guide.set_shown(open);
    if has_changed && !is_naming {
        form.reveal.get_or_insert(Reveal::GuideStep);
    }
}

/// Returns the progress of the guide; `None` for the form alone.
pub(super) fn progress(form: &GatewayForm) -> Option<Progress<'_>> {
    Some(Progress::of(form, form.guide.as_ref()?))
}
