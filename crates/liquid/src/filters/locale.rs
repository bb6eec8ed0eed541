//! How languages and regions write numbers, amounts and plurals (Unicode CLDR).

/// Which words go with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plural {
    /// One form for all numbers.
    None,
    /// `one` for 1.
    One,
    /// `one` for 0 and 1, and what is between.
    ZeroOne,
    /// `one` for 1, `few` for 2 to 4 (Czech, Slovak).
    Czech,
    /// `one` for 1, `few` for numbers that end in 2 to 4 but not 12 to 14 (Polish).
    Polish,
    /// As Polish, and `one` for numbers that end in 1 but not 11 (Russian, Ukrainian, Serbian, Croatian).
    Russian,
}

/// Where the currency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `$1`
    Before,
    /// `€ 1`
    BeforeApart,
    /// `1 €`
    After,
}

/// How one language or region writes.
pub(super) struct Locale {
    tag: &'static str,
    pub(super) decimal: &'static str,
    pub(super) group: &'static str,
    /// Digits before the point from which groups are made.
    pub(super) grouped_from: usize,
    /// Groups of two after the first three (India).
    pub(super) pairs: bool,
    pub(super) currency: Place,
    pub(super) plural: Plural,
}

const fn locale(
    tag: &'static str,
    decimal: &'static str,
    group: &'static str,
    currency: Place,
    plural: Plural,
) -> Locale {
    Locale { tag, decimal, group, grouped_from: 4, pairs: false, currency, plural }
}

const NBSP: &str = "\u{a0}";
const NARROW: &str = "\u{202f}";

static LOCALES: [Locale; 36] = {
    use Place::{After, Before, BeforeApart};
    use Plural::{Czech, None, One, Polish, Russian, ZeroOne};
    [
        locale("en", ".", ",", Before, One),
        Locale { pairs: true, ..locale("en-IN", ".", ",", Before, One) },
        Locale { pairs: true, ..locale("hi", ".", ",", Before, ZeroOne) },
        locale("en-ZA", ",", NBSP, Before, One),
        locale("de", ",", ".", After, One),
        locale("de-AT", ",", ".", BeforeApart, One),
        locale("de-CH", ".", "’", BeforeApart, One),
        locale("de-LI", ".", "’", BeforeApart, One),
        locale("fr", ",", NARROW, After, ZeroOne),
        locale("fr-CA", ",", NBSP, After, ZeroOne),
        locale("fr-CH", ",", NARROW, After, ZeroOne),
        Locale { grouped_from: 5, ..locale("es", ",", ".", After, One) },
        locale("es-MX", ".", ",", Before, One),
        locale("es-US", ".", ",", Before, One),
        locale("es-AR", ",", ".", BeforeApart, One),
        Locale { grouped_from: 5, ..locale("it", ",", ".", After, One) },
        locale("it-CH", ".", "’", BeforeApart, One),
        locale("nl", ",", ".", BeforeApart, One),
        locale("pt", ",", ".", BeforeApart, ZeroOne),
        Locale { grouped_from: 5, ..locale("pt-PT", ",", NBSP, After, One) },
        Locale { grouped_from: 5, ..locale("pl", ",", NBSP, After, Polish) },
        locale("cs", ",", NBSP, After, Czech),
        locale("sk", ",", NBSP, After, Czech),
        locale("sv", ",", NBSP, After, One),
        locale("da", ",", ".", After, One),
        locale("no", ",", NBSP, After, One),
        locale("fi", ",", NBSP, After, One),
        locale("hu", ",", NBSP, After, One),
        locale("ru", ",", NBSP, After, Russian),
        locale("uk", ",", NBSP, After, Russian),
        locale("hr", ",", ".", After, Russian),
        locale("tr", ",", ".", Before, One),
        locale("el", ",", ".", After, One),
        locale("ja", ".", ",", Before, None),
        locale("zh", ".", ",", Before, None),
        locale("ko", ".", ",", Before, None),
    ]
};

/// How a locale such as `de-AT` writes: as the region does, else the language, else English.
pub(super) fn of(tag: &str) -> &'static Locale {
    let tag = tag.replace('_', "-");
    let language = tag.split('-').next().unwrap_or_default();
    let language = if matches!(language, "nb" | "nn") { "no" } else { language };
    let find = |wanted: &str| LOCALES.iter().find(|l| l.tag.eq_ignore_ascii_case(wanted));
    find(&tag).or_else(|| find(language)).unwrap_or(&LOCALES[0])
}

impl Plural {
    /// The category of a number: `one`, `few`, `many` or `other`.
    pub(super) fn category(self, n: f64) -> &'static str {
        let n = n.abs();
        if n.fract() != 0.0 {
            return if self == Plural::ZeroOne && n < 2.0 { "one" } else { "other" };
        }
        let (tens, ones) = (n % 100.0, n % 10.0);
        let few = (2.0..=4.0).contains(&ones) && !(12.0..=14.0).contains(&tens);
        match self {
            Plural::None => "other",
            Plural::One if n == 1.0 => "one",
            Plural::ZeroOne if n <= 1.0 => "one",
            Plural::Czech | Plural::Polish if n == 1.0 => "one",
            Plural::Czech if (2.0..=4.0).contains(&n) => "few",
            Plural::Russian if ones == 1.0 && tens != 11.0 => "one",
            Plural::Polish | Plural::Russian if few => "few",
            Plural::Polish | Plural::Russian => "many",
            _ => "other",
        }
    }
}

/// A currency's sign and how many digits its amounts have after the point (ISO 4217).
pub(super) fn currency(code: &str, locale: &str) -> (String, usize) {
    let digits = match code {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "UGX" | "XAF" | "XOF" | "XPF" | "PYG" | "RWF" => 0,
        "KWD" | "BHD" | "OMR" | "JOD" | "TND" | "IQD" | "LYD" => 3,
        _ => 2,
    };
    let region = locale.split(['-', '_']).nth(1).unwrap_or_default();
    let at_home = |home: &str, sign: &str, abroad: &str| if region == home { sign } else { abroad }.to_owned();
    let sign = match code {
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "INR" => "₹".to_owned(),
        "KRW" => "₩".to_owned(),
        "BRL" => "R$".to_owned(),
        "ILS" => "₪".to_owned(),
        "VND" => "₫".to_owned(),
        "PHP" => "₱".to_owned(),
        "TRY" => "₺".to_owned(),
        "UAH" => "₴".to_owned(),
        "PLN" => "zł".to_owned(),
        "CZK" => "Kč".to_owned(),
        "HUF" => "Ft".to_owned(),
        "RUB" => "₽".to_owned(),
        "SEK" | "NOK" => "kr".to_owned(),
        "DKK" => "kr.".to_owned(),
        "JPY" => if locale.starts_with("ja") { "￥" } else { "¥" }.to_owned(),
        "CNY" => if locale.starts_with("zh") { "¥" } else { "CN¥" }.to_owned(),
        "CAD" => at_home("CA", "$", "CA$"),
        "AUD" => at_home("AU", "$", "A$"),
        "NZD" => at_home("NZ", "$", "NZ$"),
        "MXN" => at_home("MX", "$", "MX$"),
        other => other.to_owned(),
    };
    (sign, digits)
}
