//! Mails with one thing wrong each.

use super::*;

const WAY_OUT: &str = "<a href=\"https://m.test/u/1\">Leave</a>";

fn rules(html: &str) -> Vec<(&'static str, Level)> {
    let page = format!("{html}{WAY_OUT}");
    check(&page, "A plain subject").iter().map(|f| (f.rule, f.level)).collect()
}

fn check(html: &str, subject: &str) -> Vec<Finding> {
    let banned = ["cheap".to_owned()];
    lint(&Subject {
        subject,
        html,
        text: "text https://m.test/u/1",
        has_preheader: true,
        unsubscribe_url: Some("https://m.test/u/1"),
        preferences_url: "https://m.test/preferences/1",
        undescribed: &[],
        banned_phrases: &banned,
    })
}

#[test]
fn each_rule_finds_its_own() {
    let dark = "<meta name=\"color-scheme\" content=\"light dark\"><p>Hello you</p>";
    for (html, rule, level) in [
        ("<a href=\"\">x</a>", "broken_link", Level::Error),
        ("<a href=\"/shop\">x</a>", "broken_link", Level::Error),
        ("<a href=\"htps//x.test\">x</a>", "broken_link", Level::Error),
        ("<a href=\"https://a b.test\">x</a>", "broken_link", Level::Error),
        ("<a href=\"javascript:alert(1)\">x</a>", "broken_link", Level::Error),
        ("<a href=\"https://{{ shop }}.test\">x</a>", "broken_link", Level::Error),
        ("<a href=\"#nowhere\">x</a>", "broken_link", Level::Warning),
        ("<a href=\"http://shop.test\">x</a>", "broken_link", Level::Hint),
        ("<a href=\"https://shop.test\"> </a>", "empty_link", Level::Warning),
        ("<a href=\"https://evil.test\">https://bank.test/login</a>", "misleading_link", Level::Warning),
        ("<img src=\"https://x.test/a.png\">", "missing_alt", Level::Warning),
        ("<a href=\"https://x.test\"><img src=\"https://x.test/a.png\" alt=\"\"></a>", "unseen_link", Level::Warning),
        ("<img alt=\"x\" src=\"a.png\">", "broken_image", Level::Error),
        ("<img alt=\"x\" src=\"data:image/png;base64,AA\">", "broken_image", Level::Error),
        ("<p style=\"color:#999;background:#fff\">pale</p>", "contrast", Level::Warning),
        ("<div style=\"background-color:navy\"><p>unread</p></div>", "contrast", Level::Warning),
        ("<p>so cheap!</p>", "banned_phrase", Level::Warning),
        ("<p>Act now</p>", "spam_word", Level::Hint),
        ("<script>x</script>", "forbidden_element", Level::Error),
        ("<html><p>x</p>", "no_language", Level::Hint),
    ] {
        assert!(rules(&format!("{dark}{html}")).contains(&(rule, level)), "{html}: {:?}", rules(html));
    }
    assert!(rules("<p>x</p>").contains(&("dark_mode", Level::Hint)));
    assert!(check("<p>x</p>", "s").iter().any(|f| f.rule == "missing_unsubscribe" && f.level == Level::Warning));
    assert!(check("<p>x</p>", "BUY EVERYTHING TODAY").iter().any(|f| f.rule == "shouting"));
    let heavy = format!("<p>{}</p>", "x ".repeat(60_000));
    assert!(rules(&heavy).contains(&("weight", Level::Error)));
}

#[test]
fn a_good_mail_has_nothing_wrong() {
    let html = "<html lang=\"en\"><head><meta name=\"color-scheme\" content=\"light dark\"><title>t</title></head>\
        <body style=\"background:#ffffff;color:#222222\"><p id=\"top\">Hello Ada, this is cheaper than it was.</p>\
        <img src=\"https://shop.test/a.png\" alt=\"A boot\"><a href=\"https://shop.test/?a=1&amp;b=2\">Shop</a>\
        <a href=\"#top\">up</a><a href=\"mailto:a@b.test\">write</a><a href=\"shop://item/1\">app</a>\
        <img src=\"https://m.test/o\" width=\"1\" height=\"1\"></body></html>";
    assert_eq!(rules(html), [], "{:#?}", check(&format!("{html}{WAY_OUT}"), "A plain subject"));
}

#[test]
fn contrasts_are_those_of_the_standard() {
    for (a, b, expected) in [("#000", "#fff", 21.0), ("#777777", "#ffffff", 4.48), ("white", "rgb(255, 255, 255)", 1.0)]
    {
        let (a, b) = (colour::parse(a).unwrap(), colour::parse(b).unwrap());
        assert!((contrast(a, b) - expected).abs() < 0.01, "{}", contrast(a, b));
    }
    assert_eq!((colour::parse("rgba(0,0,0,.5)"), colour::parse("#12")), (None, None));
}

proptest::proptest! {
    #[test]
    fn nothing_panics(html in "(<[a-z]{1,6}( (href|style|src|color)=\"[^\"]{0,20}\")?>|</[a-z]{1,3}>|\\PC){0,40}") {
        check(&html, &html);
    }
}
