//! Telephone numbers: read as people write them, kept as E.164. Which numbers there are is known by the `phonenumber` crate.

use phonenumber::{Mode, PhoneNumber, Type, country};

/// A number that exists by its country's plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// `+4915123456789`.
    pub e164: String,
    /// `DE`; `None` for numbers of no country.
    pub country: Option<String>,
}

/// What the number is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Text messages: no fixed lines.
    Text,
    /// Calls.
    Call,
}

/// The number as a provider names a sender, in international form: with or without a leading `+`, or as numbers are written in
/// `country`. `None` for senders that have no number of a country's plan, such as short codes.
#[must_use]
pub fn sender(text: &str, country: Option<&str>) -> Option<String> {
    let text = text.trim();
    let bare = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    let international = bare.then(|| normal(&format!("+{text}"), None)).flatten();
    international.or_else(|| normal(text, country))
}

/// The forms in which a number of the international form `e164` may be stored, that one first: identifiers keep the digits people
/// wrote, as the collector knows no country. Only what [`normal`] reads as the number is it.
#[must_use]
pub fn written(e164: &str) -> Vec<String> {
    let mut forms = vec![e164.to_owned()];
    if let Ok(number) = phonenumber::parse(None, e164) {
        let national = number.format().mode(Mode::National).to_string();
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        for form in [digits(e164), digits(&national), number.national().to_string()] {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    forms
}

/// A number of any kind in international form; without a country code it is one of `country`. `None` when it is none.
#[must_use]
pub fn normal(text: &str, country: Option<&str>) -> Option<String> {
    read(text, country).ok().map(|n| n.format().mode(Mode::E164).to_string())
}

/// Reads a number; without a country code it is one of `country` (`DE`).
///
/// # Errors
/// What is wrong with it, for people; the number itself is not repeated.
pub fn parse_phone(text: &str, country: Option<&str>, wanted: Use) -> Result<Phone, String> {
    let number = read(text, country)?;
    let kind = number.number_type(&phonenumber::metadata::DATABASE);
    let unfit = match wanted {
        Use::Text => {
            !matches!(kind, Type::Mobile | Type::FixedLineOrMobile | Type::Voip | Type::PersonalNumber | Type::Unknown)
        }
        Use::Call => matches!(
            kind,
            Type::PremiumRate | Type::SharedCost | Type::Emergency | Type::ShortCode | Type::Voicemail | Type::Pager
        ),
    };
    if unfit {
        let what = if kind == Type::FixedLine { "a fixed line" } else { "a special number" };
        let why = if wanted == Use::Text { "takes no text messages" } else { "is not called" };
        return Err(format!("the telephone number is {what}, which {why}"));
    }
    let e164 = number.format().mode(Mode::E164).to_string();
    Ok(Phone { e164, country: number.country().id().map(|id| id.as_ref().to_owned()) })
}

fn read(text: &str, country: Option<&str>) -> Result<PhoneNumber, String> {
    let text = text.trim();
    if text.len() > 40 {
        return Err("the telephone number is too long".to_owned());
    }
    let text = text.strip_prefix("00").map_or_else(|| text.to_owned(), |rest| format!("+{rest}"));
    let country: Option<country::Id> = country.and_then(|c| c.to_ascii_uppercase().parse().ok());
    if country.is_none() && !text.starts_with('+') {
        return Err("the telephone number has no country code, and the customer's country is not known".to_owned());
    }
    let number = phonenumber::parse(country, &text).map_err(|e| format!("not a telephone number: {e}"))?;
    if !number.is_valid() {
        return Err("the telephone number does not exist in its country's plan".to_owned());
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_are_known_in_whatever_form_they_are_told_or_were_stored() {
        for (text, country, expected) in [
            ("+4915123456789", None, Some("+4915123456789")),
            ("4915123456789", Some("DE"), Some("+4915123456789")),
            ("004915123456789", None, Some("+4915123456789")),
            ("015123456789", Some("DE"), Some("+4915123456789")),
            ("4155552671", Some("US"), Some("+14155552671")),
            ("14155552671", Some("US"), Some("+14155552671")),
            ("86753", Some("DE"), None),
            ("Shop", Some("DE"), None),
        ] {
            assert_eq!(sender(text, country).as_deref(), expected, "{text}");
        }
        for (e164, country, stored) in [
            ("+4930123456", "DE", "030123456"),
            ("+4930123456", "DE", "4930123456"),
            ("+14155552671", "US", "4155552671"),
            ("+14155552671", "US", "14155552671"),
            ("+390612345678", "IT", "0612345678"),
            ("+447400123456", "GB", "07400123456"),
        ] {
            assert_eq!(written(e164)[0], e164);
            assert!(written(e164).iter().any(|f| f == stored), "{stored}: {:?}", written(e164));
            assert_eq!(normal(stored, Some(country)).as_deref(), Some(e164), "{stored}");
        }
        assert_eq!(written("86753"), ["86753"]);
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let read = |text, country| parse_phone(text, country, Use::Text).map(|p| format!("{} {:?}", p.e164, p.country));
        for (text, country, expected) in [
            ("+49 151 23456789", None, "+4915123456789 Some(\"DE\")"),
            ("0049 151 23456789", None, "+4915123456789 Some(\"DE\")"),
            ("0151/234 567 89", Some("DE"), "+4915123456789 Some(\"DE\")"),
            ("07400 123456", Some("gb"), "+447400123456 Some(\"GB\")"),
            ("(415) 555-2671", Some("US"), "+14155552671 Some(\"US\")"),
        ] {
            assert_eq!(read(text, country).as_deref(), Ok(expected), "{text}");
        }
        for (text, country, part) in [
            ("0151 23456789", None, "no country code"),
            ("call me", Some("DE"), "not a telephone number"),
            ("+49 151 2", None, "number"),
            ("+49 30 123456", None, "fixed line"),
            ("+49 900 1 123456", None, "special"),
            ("", Some("DE"), "number"),
        ] {
            let error = read(text, country).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(parse_phone("+49 30 123456", None, Use::Call).is_ok());
    }
}
