//! The layers of the configuration and how they become one.

use std::path::{Path, PathBuf};

use figment::error::Kind;
use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Error, Figment, Metadata, Profile, Provider, Source};

use super::{Config, ConfigError, DEFAULT_DATA_DIR, FILE_NAME, Loaded};

const PREFIX: &str = "RAPPORT_";
/// Variables with the prefix that are no configuration keys: they name the file, or the server a command talks to, or are
/// the build's.
const OTHER_VARIABLES: [&str; 4] = ["RAPPORT_CONFIG", "RAPPORT_SERVER", "RAPPORT_TOKEN", "RAPPORT_TARGET_DIR"];

/// The values given on the command line; they go above all others.
#[derive(Clone, Debug, Default, PartialEq, clap::Args)]
pub struct Flags {
    /// Where all data lies [default: ./rapport-data]
    #[arg(long = "data", value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// The configuration file [default: ./rapport.toml, then rapport.toml in the data directory]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Log lines as text or json
    #[arg(long = "log-format", value_name = "FORMAT", global = true)]
    pub log_format: Option<String>,
    /// What to log: error, warn, info, debug, trace, or target=level pairs
    #[arg(long = "log-level", value_name = "LEVEL", global = true)]
    pub log_level: Option<String>,
    /// Where to listen, host:port (`serve` and `demo`).
    #[arg(skip)]
    pub listen: Option<String>,
    /// Where browsers and customers reach the server (`serve` and `demo`).
    #[arg(skip)]
    pub public_url: Option<String>,
}

impl Flags {
    fn values(&self) -> Vec<(&'static str, &'static str, String)> {
        let data_dir = self.data_dir.as_ref().map(|d| d.display().to_string());
        [
            ("data_dir", "--data", data_dir),
            ("listen", "--listen", self.listen.clone()),
            ("public_url", "--public-url", self.public_url.clone()),
            ("telemetry.format", "--log-format", self.log_format.clone()),
            ("telemetry.level", "--log-level", self.log_level.clone()),
        ]
        .into_iter()
        .filter_map(|(key, flag, value)| Some((key, flag, value?)))
        .collect()
    }
}

/// Values of one origin under dotted keys, each with the name it has there.
struct Layer {
    name: &'static str,
    values: Vec<(String, String, Value)>,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        let names: Vec<(String, String)> = self.values.iter().map(|(k, n, _)| (k.clone(), n.clone())).collect();
        Metadata::named(self.name).interpolater(move |_, keys| {
            let key = keys.join(".");
            names.iter().find(|(k, _)| *k == key).map_or(key, |(_, n)| n.clone())
        })
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut dict = Dict::new();
        for (key, _, value) in &self.values {
            put(&mut dict, key, value.clone());
        }
        Ok(Profile::Default.collect(dict))
    }
}

fn put(dict: &mut Dict, key: &str, value: Value) {
    let Some((head, rest)) = key.split_once('.') else {
        dict.insert(key.to_owned(), value);
        return;
    };
    let inner = dict.entry(head.to_owned()).or_insert_with(|| Value::from(Dict::new()));
    if let Value::Dict(_, inner) = inner {
        put(inner, rest, value);
    }
}

/// `RAPPORT_LOG__SEGMENT_MIB=64` is `log.segment_mib`. Texts stay texts, so that a path may look like a number.
fn environment(variables: Vec<(String, String)>, known: &[String]) -> Layer {
    let mut values = Vec::new();
    for (name, text) in variables {
        let Some(key) = name.strip_prefix(PREFIX).filter(|_| !OTHER_VARIABLES.contains(&name.as_str())) else {
            continue;
        };
        let key = key.to_lowercase().replace("__", ".");
        let defaults = Figment::from(Serialized::defaults(Config::default()));
        let is_text = known.contains(&key) && matches!(defaults.find_value(&key), Ok(Value::String(..)));
        let value = if is_text { Value::from(text) } else { text.parse().unwrap_or_else(|_| Value::from(text)) };
        values.push((key, name, value));
    }
    Layer { name: "the environment", values }
}

/// Reads all layers. `variables` is the environment, `here` the working directory.
pub(super) fn load(flags: &Flags, variables: Vec<(String, String)>, here: &Path) -> Result<Loaded, ConfigError> {
    let variable = |name: &str| variables.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    let data_dir = flags.data_dir.clone().or_else(|| variable("RAPPORT_DATA_DIR").map(PathBuf::from));
    let data_dir = here.join(data_dir.unwrap_or_else(|| DEFAULT_DATA_DIR.into()));
    let named = flags.config.clone().or_else(|| variable("RAPPORT_CONFIG").map(PathBuf::from)).map(|f| here.join(f));
    let file = match named {
        Some(file) if !file.is_file() => {
            return Err(ConfigError(vec![format!("{}: there is no such file (named by --config)", file.display())]));
        }
        Some(file) => Some(file),
        None => [here.join(FILE_NAME), data_dir.join(FILE_NAME)].into_iter().find(|f| f.is_file()),
    };
    let defaults = Figment::from(Serialized::defaults(Config::default()));
    let known = leaves(&defaults);
    let mut figment = defaults;
    if let Some(file) = &file {
        figment = figment.merge(Toml::file(file));
    }
    figment = figment.merge(environment(variables, &known));
    let given = flags.values().into_iter().map(|(key, flag, v)| (key.to_owned(), flag.to_owned(), Value::from(v)));
    figment = figment.merge(Layer { name: "the command line", values: given.collect() });
    if let Err(error) = figment.data() {
        // Only a file can be malformed as such.
        let at = file.as_ref().map(|f| format!("{}: ", f.display())).unwrap_or_default();
        return Err(ConfigError(error.into_iter().map(|e| format!("{at}{}", e.kind)).collect()));
    }
    let unknown = unknown_keys(&figment, &known);
    if !unknown.is_empty() {
        return Err(ConfigError(unknown));
    }
    let config: Config =
        figment.extract().map_err(|errors| ConfigError(errors.into_iter().map(|e| explain(&e)).collect()))?;
    let problems = config.problems();
    if !problems.is_empty() {
        let at = |(key, what): &(&str, String)| format!("{}: {what}", place(&figment, key));
        return Err(ConfigError(problems.iter().map(at).collect()));
    }
    Ok(Loaded { config, file, figment })
}

/// Every key that has a value, dotted, in order.
pub(super) fn leaves(figment: &Figment) -> Vec<String> {
    let mut out = Vec::new();
    for (path, _) in entries(figment) {
        out.push(path);
    }
    out
}

/// Every key with its value; a list is one value.
pub(super) fn entries(figment: &Figment) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for dict in figment.data().unwrap_or_default().into_values() {
        walk("", dict, &mut out);
    }
    out
}

fn walk(prefix: &str, dict: Dict, out: &mut Vec<(String, Value)>) {
    for (key, value) in dict {
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Value::Dict(_, inner) if !inner.is_empty() => walk(&path, inner, out),
            value => out.push((path, value)),
        }
    }
}

/// Where a key's value came from, in the words of that place: `RAPPORT_LISTEN`, `listen in rapport.toml`.
pub(super) fn place(figment: &Figment, key: &str) -> String {
    match figment.find_metadata(key) {
        Some(metadata) => named(metadata, key),
        None => key.to_owned(),
    }
}

/// The file a value came from.
pub(super) fn file_of(metadata: &Metadata) -> Option<&Path> {
    match &metadata.source {
        Some(Source::File(path)) => Some(path),
        _ => None,
    }
}

fn named(metadata: &Metadata, key: &str) -> String {
    if let Some(file) = file_of(metadata) {
        return format!("{key} in {}", file.display());
    }
    let keys: Vec<&str> = key.split('.').collect();
    metadata.interpolate(&Profile::Default, &keys).trim_start_matches("default.").to_owned()
}

fn unknown_keys(figment: &Figment, known: &[String]) -> Vec<String> {
    let is_section = |key: &str| known.iter().any(|k| k.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')));
    let mut out = Vec::new();
    for (path, value) in entries(figment) {
        if known.contains(&path) || (is_section(&path) && !matches!(value, Value::Dict(..))) {
            continue; // a section given as a value is a matter of types
        }
        if matches!(value, Value::Dict(..)) && is_section(&path) {
            continue; // an empty section
        }
        let metadata = figment.get_metadata(value.tag());
        let at = metadata.map_or_else(|| path.clone(), |m| named(m, &path));
        let near = nearest(&path, known).map(|k| spelled_like(&at, &k));
        let hint = near.map(|n| format!(" (did you mean {n}?)")).unwrap_or_default();
        out.push(format!("{at}: unknown key{hint}"));
    }
    out
}

/// The nearest known key: by the whole path, or by the last name alone.
fn nearest(path: &str, known: &[String]) -> Option<String> {
    let last = |p: &str| p.rsplit('.').next().unwrap_or(p).to_owned();
    let likeness = |k: &String| {
        let whole = strsim::jaro_winkler(path, k);
        whole.max(strsim::jaro_winkler(&last(path), &last(k)) - 0.02)
    };
    let best = known.iter().map(|k| (likeness(k), k)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.8).then(|| best.1.clone())
}

/// The key in the spelling of the place: as a variable when the place is one.
fn spelled_like(at: &str, key: &str) -> String {
    if at.starts_with(PREFIX) { format!("{PREFIX}{}", key.replace('.', "__").to_uppercase()) } else { key.to_owned() }
}

/// What a type is called by people.
fn plainly(expected: &str) -> &str {
    match expected {
        "u16" | "u32" | "u64" | "usize" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a string" | "path string" => "a text",
        other if other.starts_with("struct ") => "a section",
        other => other,
    }
}

fn explain(error: &Error) -> String {
    let key = error.path.join(".");
    let at = match &error.metadata {
        Some(metadata) if !key.is_empty() => format!("{}: ", named(metadata, &key)),
        Some(metadata) => file_of(metadata).map(|f| format!("{}: ", f.display())).unwrap_or_default(),
        None if !key.is_empty() => format!("{key}: "),
        None => String::new(),
    };
    let what = match &error.kind {
        Kind::InvalidType(found, expected) | Kind::InvalidValue(found, expected) => {
            format!("expected {}, found {found}", plainly(expected))
        }
        Kind::UnknownVariant(found, expected) => format!("expected {}, found {found}", expected.join(" or ")),
        other => other.to_string(),
    };
    format!("{at}{what}")
}
