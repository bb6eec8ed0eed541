//! Where a message to a profile goes, by channel: addresses, numbers, devices.

use std::collections::BTreeSet;
use std::str::FromStr;

use rapport_domain::profile::namespace;
use rapport_domain::{MessageChannel, Profile, ProfileId, Timestamp};
use serde_json::Value;

use super::device::{Device, devices};
use super::phone::{Phone, Use, normal, parse_phone, sender};

/// The longest address of RFC 5321 section 4.5.3.1.3, in bytes.
pub const MAX_ADDRESS_BYTES: usize = 254;

/// One place a message goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A mailbox.
    Email(lettre::Address),
    /// A telephone number.
    Phone(Phone),
    /// A browser or app.
    Device(Device),
    /// A conversation of a messenger, by its id there.
    Chat(String),
    /// The customer, wherever they are shown in-app messages.
    Profile(ProfileId),
    /// What the channel or the template names.
    Endpoint,
}

/// Where one message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    /// Every place; never empty.
    pub list: Vec<Target>,
    /// The address as the suppression list knows it; `None` where there is none to suppress.
    pub address: Option<String>,
    /// The recipient's country, when the address tells it: `DE`.
    pub country: Option<String>,
}

/// Reads an e-mail address: `local@domain` by RFC 5321, without display name, comments or line breaks, with a domain
/// that has at least one dot or is `localhost`. `None` when it is none.
#[must_use]
pub fn parse_email(text: &str) -> Option<lettre::Address> {
    let text = text.trim();
    if text.len() > MAX_ADDRESS_BYTES || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let address = lettre::Address::from_str(text).ok()?;
    let domain = address.domain();
    let named = domain == "localhost" || (domain.contains('.') && !domain.ends_with('.'));
    named.then_some(address)
}

/// The country whose way of writing numbers the customer follows: theirs, else `fallback`.
fn country_of<'a>(profile: &'a Profile, fallback: Option<&'a str>) -> Option<&'a str> {
    let said = ["country", "address.country"].iter().find_map(|name| profile.trait_value(name).and_then(Value::as_str));
    said.filter(|c| c.len() == 2).or(fallback)
}

/// Whether it is the id of a conversation of Telegram; those of groups are negative.
fn is_chat(text: &str) -> bool {
    let digits = text.trim_start_matches('-');
    text.len() <= 64 && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn one(target: Target, address: Option<String>) -> Targets {
    Targets { list: vec![target], address, country: None }
}

/// Where a message to this profile goes on `channel`. `country` is where numbers without a country code are from when the
/// profile does not say.
///
/// # Errors
/// Why there is no place, for people: nothing is stated, or what is stated is no address.
pub fn targets(profile: &Profile, channel: MessageChannel, country: Option<&str>) -> Result<Targets, String> {
    let phone = |wanted: Use| {
        let text = profile.stated("phone").ok_or("the profile has no telephone number")?;
        let phone = parse_phone(text, country_of(profile, country), wanted)?;
        let (country, address) = (phone.country.clone(), Some(phone.e164.clone()));
        Ok(Targets { country, ..one(Target::Phone(phone), address) })
    };
    match channel {
        MessageChannel::Email => {
            let text = profile.stated("email").ok_or("the profile has no email address")?;
            let address = parse_email(text).ok_or("the address is not a valid e-mail address")?;
            let key = text.trim().to_lowercase();
            Ok(one(Target::Email(address), Some(key)))
        }
        MessageChannel::Sms | MessageChannel::WhatsApp => phone(Use::Text),
        MessageChannel::Voice => phone(Use::Call),
        MessageChannel::WebPush | MessageChannel::Push => {
            let list: Vec<Target> =
                devices(profile).filter(|d| d.kind.channel() == channel).map(Target::Device).collect();
            if list.is_empty() {
                let what =
                    if channel == MessageChannel::Push { "an app's push token" } else { "a browser's subscription" };
                return Err(format!("the profile has no {channel} address: {what}", channel = channel.as_str()));
            }
            Ok(Targets { list, address: None, country: None })
        }
        MessageChannel::Telegram => {
            let chat = profile.trait_value("telegram").and_then(|v| match v {
                Value::String(s) => Some(s.clone()),
                Value::Number(n) => Some(n.to_string()),
                _ => None,
            });
            let chat = chat.or_else(|| profile.identifier("telegram").map(str::to_owned));
            let chat = chat.ok_or("the profile has no telegram address: the id of a chat with the bot")?;
            if !is_chat(&chat) {
                return Err("the telegram address is not the id of a chat".to_owned());
            }
            Ok(one(Target::Chat(chat.clone()), Some(chat)))
        }
        MessageChannel::InApp => Ok(one(Target::Profile(profile.id), None)),
        MessageChannel::Webhook | MessageChannel::Slack | MessageChannel::Teams => Ok(one(Target::Endpoint, None)),
    }
}

/// Whether a telephone number in international form is one of the profile's, in whatever form it was stated; `country` as for
/// [`targets`].
#[must_use]
pub fn has_number(profile: &Profile, e164: &str, country: Option<&str>) -> bool {
    let known = profile.identifiers.iter().filter(|i| i.namespace == namespace::PHONE).map(|i| i.value.as_str());
    let country = country_of(profile, country);
    known.chain(profile.stated(namespace::PHONE)).any(|text| normal(text, country).as_deref() == Some(e164))
}

/// Why nothing is sent to an address any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// It does not work.
    Dead,
    /// Whoever has it said STOP, to us or to the provider; START lifts that.
    OptedOut,
}

impl Unreachable {
    /// The reason on the suppression list.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Dead => "hard_bounce",
            Self::OptedOut => "unsubscribed",
        }
    }
}

/// The address as the suppression list knows it, also when it is not a valid one.
#[must_use]
pub fn suppression_key(profile: &Profile, channel: MessageChannel, country: Option<&str>) -> Option<String> {
    match channel {
        MessageChannel::Email => profile.stated("email").map(|a| a.trim().to_lowercase()),
        _ => targets(profile, channel, country).ok()?.address,
    }
}

/// Whether the customer stated an address for the channel after `then`: a message of that time may have gone to another one.
#[must_use]
pub fn is_restated(profile: &Profile, channel: MessageChannel, then: Timestamp) -> bool {
    let name = match channel {
        MessageChannel::Sms | MessageChannel::WhatsApp | MessageChannel::Voice => namespace::PHONE,
        other => other.as_str(),
    };
    profile.traits.get(name).is_some_and(|stated| stated.at > then)
}

/// An address that somebody states, as the suppression list of the channel knows it; `country` is where numbers without a
/// country code are from.
///
/// # Errors
/// What was expected, for people, when it is no address of the channel or the channel has none that could be suppressed.
pub fn suppressible(channel: MessageChannel, text: &str, country: Option<&str>) -> Result<String, String> {
    let text = text.trim();
    match channel {
        MessageChannel::Email => match parse_email(text) {
            Some(_) => Ok(text.to_lowercase()),
            None => Err("expected an e-mail address".to_owned()),
        },
        MessageChannel::Sms | MessageChannel::WhatsApp | MessageChannel::Voice => {
            // Providers write numbers in international form without its sign.
            let number = normal(text, country).or_else(|| sender(text, None));
            number.ok_or_else(|| "expected a telephone number, with its country code such as +49".to_owned())
        }
        MessageChannel::Telegram if is_chat(text) => Ok(text.to_owned()),
        MessageChannel::Telegram => Err("expected the id of a chat with the bot, a whole number".to_owned()),
        MessageChannel::Webhook => {
            let is_link = ["https://", "http://"].iter().any(|scheme| {
                text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
                    && text.len() > scheme.len()
            });
            if is_link { Ok(text.to_owned()) } else { Err("expected an address that begins with https://".to_owned()) }
        }
        MessageChannel::WebPush
        | MessageChannel::Push
        | MessageChannel::InApp
        | MessageChannel::Slack
        | MessageChannel::Teams => {
            let name = channel.as_str();
            Err(format!(
                "messages of {name} go to no address that could be suppressed; withdraw consent to {name} instead"
            ))
        }
    }
}

/// Every address by which suppression lists may know the customer, in the forms in which it is stated and in those of the lists.
#[must_use]
pub fn suppression_keys(profile: &Profile, country: Option<&str>) -> BTreeSet<String> {
    let country = country_of(profile, country);
    let mut keys = BTreeSet::new();
    for name in [namespace::EMAIL, namespace::PHONE, "telegram"] {
        let identifiers = profile.identifiers.iter().filter(|i| i.namespace == name).map(|i| i.value.as_str());
        for text in identifiers.chain(profile.trait_value(name).and_then(Value::as_str)) {
            keys.insert(text.trim().to_lowercase());
            if name == namespace::PHONE {
                keys.extend(normal(text, country));
            }
        }
    }
    keys.extend(targets(profile, MessageChannel::Telegram, None).ok().and_then(|t| t.address));
    keys
}

#[cfg(test)]
mod tests {
    use rapport_domain::WorkspaceId;
    use rapport_domain::profile::{Identifier, Trait};
    use serde_json::json;

    use super::*;

    #[test]
    fn tells_addresses_from_other_text() {
        for good in ["a@b.co", "first.last+tag@mail.example.com", " a@b.co ", "o'brien@example.ie", "x@localhost"] {
            assert!(parse_email(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b.co",
            "a@",
            "a b@c.de",
            "a@b",
            "a@b.co\r\nBcc: x@y.z",
            "A <a@b.co>",
            "a@b..co",
            "a@b.co, c@d.ef",
            "a\u{0}@b.co",
        ] {
            assert!(parse_email(bad).is_none(), "{bad:?}");
        }
        assert!(parse_email(&format!("{}@b.co", "a".repeat(300))).is_none());
    }

    #[test]
    fn each_channel_has_its_own_place() {
        let mut p = Profile::new(WorkspaceId(1), ProfileId(5), true, Timestamp(0));
        let none = |p: &Profile, c| targets(p, c, Some("DE")).unwrap_err();
        assert!(none(&p, MessageChannel::Email).contains("no email address"));
        assert!(none(&p, MessageChannel::Sms).contains("no telephone number"));
        assert!(none(&p, MessageChannel::WebPush).contains("browser"));
        assert!(none(&p, MessageChannel::Telegram).contains("telegram"));
        assert_eq!(targets(&p, MessageChannel::InApp, None).unwrap().list, [Target::Profile(ProfileId(5))]);
        assert_eq!(targets(&p, MessageChannel::Webhook, None).unwrap().list, [Target::Endpoint]);
        let mut put = |name: &str, value: Value| p.traits.insert(name.into(), Trait { value, at: Timestamp(1) });
        put("phone", json!("0151 2345 6789"));
        put("email", json!(" Ann@X.y "));
        put("telegram", json!(-100_123));
        p.identifiers.push(Identifier::new("phone", "+4930123456"));
        let sms = targets(&p, MessageChannel::Sms, Some("DE")).unwrap();
        assert_eq!((sms.address.as_deref(), sms.country.as_deref()), (Some("+4915123456789"), Some("DE")));
        assert!(none(&Profile { traits: Default::default(), ..p.clone() }, MessageChannel::Sms).contains("fixed"));
        assert!(has_number(&p, "+4915123456789", Some("DE")) && has_number(&p, "+4930123456", None));
        assert!(!has_number(&p, "+4915123456789", Some("FR")) && !has_number(&p, "+4930123457", Some("DE")));
        assert_eq!(targets(&p, MessageChannel::Email, None).unwrap().address.as_deref(), Some("ann@x.y"));
        assert_eq!(targets(&p, MessageChannel::Telegram, None).unwrap().list, [Target::Chat("-100123".into())]);
    }

    #[test]
    fn what_is_suppressed_is_known_as_the_gate_asks_for_it() {
        use MessageChannel::{Email, Push, Sms, Telegram, Voice, Webhook, WhatsApp};
        let key = |channel, text| suppressible(channel, text, Some("DE"));
        for (channel, text, expected) in [
            (Email, " Ann@X.y ", "ann@x.y"),
            (Sms, "0151 2345 6789", "+4915123456789"),
            (WhatsApp, "+49 151 23456789", "+4915123456789"),
            (Sms, "4915123456789", "+4915123456789"),
            (Sms, "14155552671", "+14155552671"),
            (Voice, "(030) 123 456", "+4930123456"),
            (Telegram, " -100123 ", "-100123"),
            (Webhook, "HTTPS://Shop.example/In", "HTTPS://Shop.example/In"),
        ] {
            assert_eq!(key(channel, text).as_deref(), Ok(expected), "{text}");
        }
        for (channel, text, part) in [
            (Email, "0151 2345 6789", "e-mail address"),
            (Sms, "ann@x.y", "telephone number"),
            (Sms, "12345", "telephone number"),
            (Telegram, "@ann", "id of a chat"),
            (Telegram, "-", "id of a chat"),
            (Webhook, "shop.example", "https://"),
            (Push, "token", "withdraw consent to push"),
        ] {
            let error = key(channel, text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(suppressible(Sms, "0151 2345 6789", None).is_err(), "of which country is not known");

        let mut p = Profile::new(WorkspaceId(1), ProfileId(5), true, Timestamp(0));
        p.identifiers.push(Identifier::new("phone", "015123456789"));
        for (name, value) in [("phone", json!("(030) 123 456")), ("email", json!("Ann@X.y")), ("telegram", json!(77))] {
            p.traits.insert(name.into(), Trait { value, at: Timestamp(1) });
        }
        assert!(is_restated(&p, Sms, Timestamp(0)) && !is_restated(&p, Email, Timestamp(1)));
        let keys = suppression_keys(&p, Some("DE"));
        for key in ["+4915123456789", "+4930123456", "ann@x.y", "77"] {
            assert!(keys.contains(key), "{key}: {keys:?}");
        }
    }
}
