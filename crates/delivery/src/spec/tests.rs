//! Documents: what is accepted, what is refused, and what the refusal says.

use serde_json::{Value, json};

use super::*;

fn problems<T: std::fmt::Debug>(result: Result<T, Vec<Problem>>) -> Vec<String> {
    result.unwrap_err().iter().map(ToString::to_string).collect()
}

#[track_caller]
fn refuses(result: Result<impl std::fmt::Debug, Vec<Problem>>, at: &str, part: &str) {
    let found = problems(result);
    assert!(found.iter().any(|p| p.starts_with(&format!("{at}: ")) && p.contains(part)), "{at} {part:?} in {found:#?}");
}

fn with(base: Value, key: &str, value: Value) -> Value {
    let mut spec = base;
    spec[key] = value;
    spec
}

#[test]
fn templates() {
    let base = || json!({"name": "Welcome", "subject": "Hi {{ profile.first_name }}", "html": "<p>Hello</p>"});
    let good = TemplateSpec::validate(&base()).unwrap();
    assert!(good.track_opens && good.track_clicks && !good.transactional && good.channel == "email");
    let check = |key: &str, value: Value| TemplateSpec::validate(&with(base(), key, value));
    refuses(check("subjet", json!("x")), "spec.subjet", "did you mean \"subject\"");
    refuses(check("subject", json!("Hi {{ name")), "spec.subject", "line 1, column 4");
    refuses(check("subject", json!("a\r\nBcc: x@y.z")), "spec.subject", "one line");
    refuses(check("subject", json!(" ")), "spec.subject", "must not be empty");
    refuses(check("html", json!("<p>\n  {% nosuch %}")), "spec.html", "line 2, column 6");
    refuses(check("html", json!(7)), "spec.html", "expected text, found a number");
    refuses(check("html", Value::Null), "spec.html", "is required");
    refuses(check("from", json!({"email": "not one"})), "spec.from.email", "expected an e-mail address");
    refuses(check("from", json!({"email": "a@b.co", "name": "A\nB"})), "spec.from.name", "one line");
    refuses(check("topic", json!("No Slug")), "spec.topic", "lower-case");
    refuses(check("transactional", json!("yes")), "spec.transactional", "true or false");
    refuses(check("channel", json!("emial")), "spec.channel", "did you mean \"email\"");
    refuses(TemplateSpec::validate(&json!([])), "spec", "expected an object, found a list");
    assert_eq!(problems(TemplateSpec::validate(&json!({}))).len(), 3);
    assert!(LiveTemplate::prepare("t", 1, &base()).is_ok());
}

#[test]
fn channels() {
    let base =
        || json!({"kind": "smtp", "host": "smtp.example.com", "from": {"name": "Shop", "email": "hi@example.com"}});
    let good = ChannelSpec::validate(&base()).unwrap();
    assert_eq!((good.port, good.tls, good.pool_size, good.paces.per_second), (587, TlsMode::StartTls, 8, None));
    let check = |key: &str, value: Value| ChannelSpec::validate(&with(base(), key, value));
    assert_eq!(check("tls", json!("tls")).unwrap().port, 465);
    refuses(check("kind", json!("smpt")), "spec.kind", "did you mean \"smtp\"");
    refuses(check("port", json!(70_000)), "spec.port", "from 1 to 65535");
    refuses(check("host", json!("a b")), "spec.host", "host name");
    refuses(check("username", json!("u")), "spec.secret", "come together");
    refuses(check("from", Value::Null), "spec.from", "is required");
    let login = with(with(base(), "username", json!("u")), "secret", json!("very secret"));
    refuses(ChannelSpec::validate(&with(login.clone(), "tls", json!("none"))), "spec.tls", "open connection");
    let local = with(with(login.clone(), "tls", json!("none")), "host", json!("127.0.0.1"));
    assert!(ChannelSpec::validate(&local).is_ok());
    assert!(!format!("{:?}", ChannelSpec::validate(&login).unwrap()).contains("very secret"));
    let by_token = with(with(login, "auth", json!("xoauth2")), "client_id", json!("app"));
    refuses(ChannelSpec::validate(&by_token), "spec.token_url", "is required with auth: xoauth2");
    assert!(ChannelSpec::validate(&with(by_token, "token_url", json!("https://id.example/token"))).is_ok());
    refuses(check("client_id", json!("app")), "spec.client_id", "only with auth: xoauth2");
    refuses(check("auth", json!("oauth")), "spec.auth", "xoauth2");
}

#[test]
fn paces_of_mail_channels() {
    let base = || json!({"kind": "postmark", "secret": "t", "from": {"email": "hi@example.com"}});
    let check = |key: &str, value: Value| ChannelSpec::validate(&with(base(), key, value));
    let slow = check("throttles", json!([{"domains": ["Gmail.com"], "per_minute": 60}])).unwrap();
    assert_eq!(slow.paces.throttles[0].domains, ["gmail.com"]);
    let new = check("warm_up", json!({"from": "2026-07-01", "first_day": 50, "until": 1_000})).unwrap();
    assert_eq!(new.paces.warm_up.unwrap().growth, 50);
    refuses(check("throttles", json!([{"domains": ["gmail.com"]}])), "spec.throttles[0].per_minute", "is required");
    refuses(check("throttles", json!([{"domain": "gmail.com"}])), "spec.throttles[0].domain", "domains");
    refuses(check("warm_up", json!({"from": "soon", "first_day": 5, "until": 9})), "spec.warm_up.from", "2026-07-01");
    let sms = json!({"kind": "twilio", "username": "AC1", "secret": "s", "sender": "+15005550006", "warm_up": {}});
    refuses(ChannelSpec::validate(&sms), "spec.warm_up", "unknown field");
}

#[test]
fn settings() {
    let full = json!({
        "time_zone": "Europe/Berlin",
        "quiet_hours": {"start": "21:00", "end": "08:00", "channels": ["email"]},
        "consent": {"email": "opt_in"},
        "company": {"name": "Shop", "postal_address": "1 Road\nTown", "brand_colour": "#12aBef", "logo_url": "https://x.y/l.png"},
        "public_url": "https://mail.example.com/",
    });
    let good = SettingsSpec::validate(&full).unwrap();
    assert_eq!(good.public_url.as_deref(), Some("https://mail.example.com"));
    assert_eq!(good.consent_policy("email"), ConsentPolicy::OptIn);
    assert_eq!(good.consent_policy("sms"), ConsentPolicy::OptOut);
    assert_eq!(SettingsSpec::validate(&json!({})).unwrap(), SettingsSpec::default());
    let check = |key: &str, value: Value| SettingsSpec::validate(&with(full.clone(), key, value));
    refuses(check("time_zone", json!("Europe/Berln")), "spec.time_zone", "did you mean \"Europe/Berlin\"");
    refuses(check("quiet_hours", json!({"start": "9pm", "end": "08:00"})), "spec.quiet_hours.start", "such as 21:00");
    refuses(check("quiet_hours", json!({"start": "21:00"})), "spec.quiet_hours.end", "is required");
    let second = json!([{"start": "21:00", "end": "08:00"}, {"start": "12:00", "end": "12:00", "topics": ["news"]}]);
    refuses(check("quiet_hours", second), "spec.quiet_hours[1].end", "differ");
    refuses(check("quiet_hours", json!("night")), "spec.quiet_hours", "expected an object");
    refuses(check("quiet_hours", json!({"start": "21:00", "end": "21:00"})), "spec.quiet_hours.end", "differ");
    refuses(check("consent", json!({"email": "opt-in"})), "spec.consent.email", "did you mean \"opt_in\"");
    refuses(check("company", json!({"brand_colour": "red; x"})), "spec.company.brand_colour", "#1a73e8");
    refuses(check("public_url", json!("javascript:alert(1)")), "spec.public_url", "https://example.com");
    refuses(check("public_url", json!("https://a\"b")), "spec.public_url", "https://example.com");
}

#[test]
fn topics_and_schemas() {
    let topic = TopicSpec::validate(&json!({"name": "News", "default": "opt_out"})).unwrap();
    assert_eq!(topic.default, ConsentPolicy::OptOut);
    refuses(TopicSpec::validate(&json!({"default": 1})), "spec.name", "is required");
    for kind in ResourceKind::ALL {
        let (check, schema) = (check(kind, &json!({})), schema(kind));
        assert_eq!(check.is_some(), schema.is_some());
        assert!(schema.is_none_or(|s| s["type"] == "object" && s["additionalProperties"] == false));
    }
}

#[test]
fn translations_of_other_channels() {
    let base = |channel: &str, own: Value| {
        with(with(json!({"name": "T", "language": "en"}), "channel", json!(channel)), "body", own)
    };
    let check = |channel: &str, translation: Value| {
        TemplateSpec::validate(&with(base(channel, json!("Hi")), "translations", json!({"de-AT": translation})))
    };
    let good = check("sms", json!({"body": "Servus"})).unwrap();
    assert_eq!(good.contents["de-at"]["body"], "Servus");
    refuses(check("sms", json!({"boddy": "x"})), "spec.translations.de-AT.boddy", "did you mean \"body\"");
    refuses(check("sms", json!({"body": " "})), "spec.translations.de-AT.body", "must not be empty");
    refuses(check("sms", json!({"body": "{{ x"})), "spec.translations.de-AT.body", "line 1");
    refuses(check("sms", json!("Servus")), "spec.translations.de-AT", "expected an object");
    let template = json!({"template": {"name": "n", "language": "de"}});
    refuses(check("whatsapp", template), "spec.translations.de-AT.template", "only where the template itself");
    let voice = json!({"name": "V", "channel": "voice", "say": "Hi", "translations": {"de": {"say": "Hallo"}}});
    refuses(TemplateSpec::validate(&voice), "spec.translations.de.language", "is required");
    let odd = with(base("sms", json!("Hi")), "translations", json!({"no tag!": {"body": "x"}}));
    refuses(TemplateSpec::validate(&odd), "spec.translations", "expected languages");
}
