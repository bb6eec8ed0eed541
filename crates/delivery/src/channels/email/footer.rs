//! The way out that is added to a mail whose template has none.

use crate::content::escape_html;
use crate::core::locale::chain;
use crate::spec::Company;

/// "Unsubscribe" and "Preferences" by language.
const WORDS: &[(&str, &str, &str)] = &[
    ("en", "Unsubscribe", "Preferences"),
    ("cs", "Odhlásit odběr", "Předvolby"),
    ("da", "Afmeld", "Indstillinger"),
    ("de", "Abmelden", "Einstellungen"),
    ("es", "Cancelar suscripción", "Preferencias"),
    ("fi", "Peruuta tilaus", "Asetukset"),
    ("fr", "Se désabonner", "Préférences"),
    ("it", "Annulla iscrizione", "Preferenze"),
    ("ja", "配信停止", "設定"),
    ("nb", "Meld deg av", "Innstillinger"),
    ("nl", "Afmelden", "Voorkeuren"),
    ("no", "Meld deg av", "Innstillinger"),
    ("pl", "Wypisz się", "Preferencje"),
    ("pt", "Cancelar inscrição", "Preferências"),
    ("ru", "Отписаться", "Настройки"),
    ("sv", "Avprenumerera", "Inställningar"),
    ("tr", "Abonelikten çık", "Tercihler"),
    ("uk", "Відписатися", "Налаштування"),
    ("zh", "退订", "偏好设置"),
];

fn words(language: &str) -> (&'static str, &'static str) {
    let tags = chain(language);
    let found = tags.iter().find_map(|tag| WORDS.iter().find(|w| w.0 == tag));
    found.map_or((WORDS[0].1, WORDS[0].2), |w| (w.1, w.2))
}

pub(super) fn html_footer(company: &Company, language: &str, unsubscribe: &str, preferences: &str) -> String {
    let sender = [&company.name, &company.postal_address].map(|s| escape_html(s).replace('\n', ", "));
    let sender = sender.iter().filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>().join(", ");
    let (leave, choose) = words(language);
    format!(
        "<div style=\"margin:24px 0 8px;font:12px/1.5 sans-serif;color:#6b6b76;text-align:center\">\
         <p>{sender}</p><p><a href=\"{}\" style=\"color:inherit\">{leave}</a> · \
         <a href=\"{}\" style=\"color:inherit\">{choose}</a></p></div>",
        escape_html(unsubscribe),
        escape_html(preferences)
    )
}

pub(super) fn text_footer(company: &Company, language: &str, unsubscribe: &str) -> String {
    let (name, address) = (&company.name, &company.postal_address);
    format!("\n\n--\n{name}\n{address}\n{}: {unsubscribe}\n", words(language).0)
}
