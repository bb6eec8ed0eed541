//! Where the shop's customers live, and what people are called there.

/// A country with everything a customer there needs.
pub(super) struct Country {
    /// ISO 3166-1 code.
    pub(super) code: &'static str,
    /// Its share of the customers.
    pub(super) weight: f64,
    /// BCP 47 tag of the browser.
    pub(super) locale: &'static str,
    /// City and its IANA zone.
    pub(super) cities: &'static [(&'static str, &'static str)],
    /// First names.
    pub(super) first: &'static [&'static str],
    /// Family names.
    pub(super) last: &'static [&'static str],
}

/// Countries the shop delivers to.
pub(super) const COUNTRIES: &[Country] = &[
    Country {
        code: "DE",
        weight: 22.0,
        locale: "de-DE",
        cities: &[
            ("Berlin", "Europe/Berlin"),
            ("Hamburg", "Europe/Berlin"),
            ("München", "Europe/Berlin"),
            ("Leipzig", "Europe/Berlin"),
            ("Köln", "Europe/Berlin"),
        ],
        first: &[
            "Anna", "Lukas", "Mia", "Jonas", "Jürgen", "Lena", "Felix", "Käthe", "Paul", "Sophie", "Emre", "Greta",
            "Tobias", "Ayşe",
        ],
        last: &[
            "Müller", "Schmidt", "Weber", "Fischer", "Becker", "Hoffmann", "Krüger", "Wagner", "Yılmaz", "Neumann",
            "Schäfer", "Vogel",
        ],
    },
    Country {
        code: "US",
        weight: 19.0,
        locale: "en-US",
        cities: &[
            ("New York", "America/New_York"),
            ("Boston", "America/New_York"),
            ("Chicago", "America/Chicago"),
            ("Austin", "America/Chicago"),
            ("Denver", "America/Denver"),
            ("Seattle", "America/Los_Angeles"),
            ("San Diego", "America/Los_Angeles"),
        ],
        first: &[
            "Emma", "Liam", "Olivia", "Noah", "Ava", "Ethan", "Maya", "Daniel", "Grace", "Marcus", "Chloe", "José",
            "Hannah", "Tyrone",
        ],
        last: &[
            "Smith", "Johnson", "Garcia", "Nguyen", "Brown", "Davis", "Martinez", "Lee", "Walker", "Young", "O'Brien",
            "Patel",
        ],
    },
    Country {
        code: "GB",
        weight: 14.0,
        locale: "en-GB",
        cities: &[
            ("London", "Europe/London"),
            ("Leeds", "Europe/London"),
            ("Glasgow", "Europe/London"),
            ("Bristol", "Europe/London"),
        ],
        first: &[
            "Oliver", "Amelia", "Harry", "Isla", "George", "Freya", "Rhys", "Poppy", "Imran", "Eleanor", "Callum",
            "Zara",
        ],
        last: &[
            "Taylor", "Wilson", "Evans", "Thomas", "Roberts", "Hughes", "Campbell", "Khan", "Clarke", "MacLeod", "Ward",
        ],
    },
    Country {
        code: "FR",
        weight: 10.0,
        locale: "fr-FR",
        cities: &[
            ("Paris", "Europe/Paris"),
            ("Lyon", "Europe/Paris"),
            ("Nantes", "Europe/Paris"),
            ("Marseille", "Europe/Paris"),
        ],
        first: &[
            "Camille", "Hugo", "Léa", "Gabriel", "Chloé", "Raphaël", "Inès", "Jules", "Zoé", "Antoine", "Margaux",
            "Nadia",
        ],
        last: &[
            "Martin", "Bernard", "Dubois", "Moreau", "Lefèvre", "Girard", "Rousseau", "Blanc", "Fournier", "Benali",
        ],
    },
    Country {
        code: "NL",
        weight: 6.0,
        locale: "nl-NL",
        cities: &[
            ("Amsterdam", "Europe/Amsterdam"),
            ("Utrecht", "Europe/Amsterdam"),
            ("Rotterdam", "Europe/Amsterdam"),
        ],
        first: &["Daan", "Sanne", "Bram", "Femke", "Lars", "Noor", "Thijs", "Lotte"],
        last: &["de Vries", "Jansen", "Bakker", "Visser", "van Dijk", "Mulder", "Bos"],
    },
    Country {
        code: "ES",
        weight: 5.5,
        locale: "es-ES",
        cities: &[("Madrid", "Europe/Madrid"), ("Barcelona", "Europe/Madrid"), ("Las Palmas", "Atlantic/Canary")],
        first: &["Lucía", "Mateo", "Sofía", "Álvaro", "Carmen", "Iker", "Núria", "Pablo"],
        last: &["García", "López", "Fernández", "Ruiz", "Moreno", "Núñez", "Ortega"],
    },
    Country {
        code: "IT",
        weight: 5.0,
        locale: "it-IT",
        cities: &[("Milano", "Europe/Rome"), ("Roma", "Europe/Rome"), ("Torino", "Europe/Rome")],
        first: &["Giulia", "Leonardo", "Chiara", "Matteo", "Alessia", "Davide", "Elena", "Niccolò"],
        last: &["Rossi", "Bianchi", "Ferrari", "Romano", "Colombo", "Conti", "Greco"],
    },
    Country {
        code: "SE",
        weight: 3.5,
        locale: "sv-SE",
        cities: &[("Stockholm", "Europe/Stockholm"), ("Göteborg", "Europe/Stockholm")],
        first: &["Elsa", "Oscar", "Maja", "Axel", "Åsa", "Björn", "Linnea"],
        last: &["Andersson", "Johansson", "Lindström", "Nilsson", "Åberg", "Sjögren"],
    },
    Country {
        code: "PL",
        weight: 3.5,
        locale: "pl-PL",
        cities: &[("Warszawa", "Europe/Warsaw"), ("Kraków", "Europe/Warsaw"), ("Gdańsk", "Europe/Warsaw")],
        first: &["Zofia", "Jakub", "Łukasz", "Hanna", "Michał", "Agnieszka", "Piotr"],
        last: &["Nowak", "Kowalska", "Wiśniewski", "Zieliński", "Wójcik", "Dąbrowska"],
    },
    Country {
        code: "CA",
        weight: 4.0,
        locale: "en-CA",
        cities: &[
            ("Toronto", "America/Toronto"),
            ("Vancouver", "America/Vancouver"),
            ("Halifax", "America/Halifax"),
            ("St. John's", "America/St_Johns"),
        ],
        first: &["Ella", "Jack", "Charlotte", "Benoît", "Priya", "Owen", "Maëlle"],
        last: &["Tremblay", "Singh", "MacDonald", "Roy", "Chen", "Gagnon"],
    },
    Country {
        code: "AU",
        weight: 3.0,
        locale: "en-AU",
        cities: &[
            ("Sydney", "Australia/Sydney"),
            ("Melbourne", "Australia/Melbourne"),
            ("Adelaide", "Australia/Adelaide"),
            ("Perth", "Australia/Perth"),
        ],
        first: &["Ruby", "Jack", "Matilda", "Cooper", "Sienna", "Angus"],
        last: &["Kelly", "Thompson", "Nguyen", "White", "Harris", "Murphy"],
    },
    Country {
        code: "JP",
        weight: 2.0,
        locale: "ja-JP",
        cities: &[("Tokyo", "Asia/Tokyo"), ("Osaka", "Asia/Tokyo"), ("Sapporo", "Asia/Tokyo")],
        first: &["Haruto", "Yui", "Sota", "Aoi", "Ren", "Hina"],
        last: &["Sato", "Suzuki", "Tanaka", "Watanabe", "Ito", "Kobayashi"],
    },
    Country {
        code: "IN",
        weight: 1.5,
        locale: "en-IN",
        cities: &[("Mumbai", "Asia/Kolkata"), ("Bengaluru", "Asia/Kolkata")],
        first: &["Aarav", "Ananya", "Rohan", "Isha", "Vikram", "Meera"],
        last: &["Sharma", "Iyer", "Reddy", "Gupta", "Nair", "Kapoor"],
    },
    Country {
        code: "BR",
        weight: 1.0,
        locale: "pt-BR",
        cities: &[("São Paulo", "America/Sao_Paulo"), ("Recife", "America/Recife")],
        first: &["João", "Beatriz", "Thiago", "Larissa", "Caio", "Luíza"],
        last: &["Silva", "Souza", "Costa", "Oliveira", "Araújo"],
    },
];

/// A name in the letters of an address: `Wiśniewski` is `wisniewski`, `de Vries` is `devries`.
pub(super) fn ascii(name: &str) -> String {
    name.chars()
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            'a'..='z' => Some(c),
            'á' | 'à' | 'ã' | 'ä' | 'å' | 'ą' => Some('a'),
            'ç' | 'ć' => Some('c'),
            'é' | 'è' | 'ë' | 'ę' | 'ê' => Some('e'),
            'í' | 'î' | 'ï' | 'ı' => Some('i'),
            'ł' => Some('l'),
            'ñ' | 'ń' => Some('n'),
            'ó' | 'ò' | 'ö' | 'ô' | 'õ' => Some('o'),
            'ş' | 'ś' => Some('s'),
            'ú' | 'ü' | 'ù' => Some('u'),
            'ž' | 'ż' | 'ź' => Some('z'),
            _ => None,
        })
        .collect()
}
