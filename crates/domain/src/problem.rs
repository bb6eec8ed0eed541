//! One thing wrong with an input, and the kinds of it that many inputs can have.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use serde::Serialize;

/// One thing wrong with an input: where, what was expected, and the nearest name that would have worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where: a JSON path (`spec.steps[2].wait`), a field, or `line:column` in a rule or template.
    pub at: String,
    /// What is wrong and what was expected.
    pub message: String,
    /// The nearest known name, when a name was unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
    /// A stable name of what is wrong, one of [`kinds::ALL`]; `None` where only the message says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What the message says beside the words of its kind, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<&'static str, String>,
}

impl Problem {
    /// A problem at `at` that only its message names.
    pub fn new(at: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { at: at.into(), message: message.into(), did_you_mean: None, code: None, values: BTreeMap::new() }
    }

    /// A problem of a known kind; `values` are what its text has holes for.
    pub fn of(at: impl Into<String>, kind: Kind, values: &[(&'static str, &dyn Display)]) -> Self {
        let values: BTreeMap<&'static str, String> = values.iter().map(|(name, v)| (*name, v.to_string())).collect();
        debug_assert!(kind.holes().eq(values.keys().copied()), "{}: {values:?}", kind.code);
        let problem = Problem::new(at, kind.filled(&values));
        Problem { code: Some(kind.code), values, ..problem }
    }

    /// The same, naming the nearest known name.
    #[must_use]
    pub fn with_suggestion(mut self, name: Option<String>) -> Self {
        self.did_you_mean = name;
        self
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.message)?;
        match &self.did_you_mean {
            Some(name) => write!(f, " (did you mean {name:?}?)"),
            None => Ok(()),
        }
    }
}

/// What stands in braces in a text that is filled in, in its order.
pub fn holes(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// What can be wrong in the same way in many places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// A stable name, for programs and for words in other languages.
    pub code: &'static str,
    /// What is wrong, in English; `{name}` stands for a value.
    pub text: &'static str,
}

impl Kind {
    /// The names of its values, in the order of the alphabet and each once.
    pub fn holes(&self) -> impl Iterator<Item = &'static str> {
        holes(self.text).collect::<std::collections::BTreeSet<_>>().into_iter()
    }

    /// The text with its values: one by one, so that nothing within a value is filled again.
    fn filled(&self, values: &BTreeMap<&'static str, String>) -> String {
        let mut pieces = self.text.split('{');
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            out.push_str(values.get(name).map_or("", String::as_str));
            out.push_str(rest);
        }
        out
    }
}

/// The kinds.
pub mod kinds {
    use super::Kind;

    macro_rules! kinds {
        ($($(#[$about:meta])* $name:ident = $code:literal, $text:literal;)+) => {
            $($(#[$about])* pub const $name: Kind = Kind { code: $code, text: $text };)+

            /// Every kind.
            pub const ALL: &[Kind] = &[$($name),+];
        };
    }

    kinds! {
        /// A member that must be there is not.
        REQUIRED = "required", "is required";
        /// A member that must be there is not; what it may be.
        REQUIRED_ONE_OF = "required_one_of", "is required: one of {known}";
        /// A text without a word.
        EMPTY = "empty", "must not be empty";
        /// A text with line breaks or control characters.
        NOT_ONE_LINE = "not_one_line", "must be one line without control characters";
        /// A text of too many bytes.
        TOO_LONG = "too_long", "at most {max} bytes, found {found}";
        /// A text of too many characters.
        TOO_MANY_CHARACTERS = "too_many_characters", "longer than {max} characters";
        /// A name without a character, or with too many.
        NAME_LENGTH = "name_length", "expected 1-{max} characters";
        /// A value of another type; both are words such as `text` and `a list`.
        WRONG_TYPE = "wrong_type", "expected {expected}, found {found}";
        /// A value that is not one of a closed list.
        NOT_ONE_OF = "not_one_of", "expected one of {known}, found \"{found}\"";
        /// Several members where one of them is expected, or none.
        NOT_EXACTLY_ONE = "not_exactly_one", "expected exactly one of {known}";
        /// A member nobody knows.
        UNKNOWN_MEMBER = "unknown_member", "unknown field; expected one of {known}";
        /// Something else than an object with these members.
        NOT_AN_OBJECT = "not_an_object", "expected an object with {known}, found {found}";
        /// A number that is not whole or out of range.
        NOT_WHOLE = "not_whole", "expected a whole number from {from} to {to}, found {found}";
        /// A percentage out of range or too exact.
        NOT_A_PERCENTAGE = "not_a_percentage", "expected a percentage from 0 to 100 with two decimals at most, found {found}";
        /// A list that is too long.
        TOO_MANY = "too_many", "at most {max}, found {found}";
        /// An object with too many members, or none at all.
        TOO_MANY_MEMBERS = "too_many_members", "expected an object with at most {max} members";
        /// A list of texts that is too long, or none at all.
        TOO_MANY_TEXTS = "too_many_texts", "expected a list of at most {max} texts";
        /// No e-mail address.
        NOT_AN_EMAIL = "not_an_email", "expected an e-mail address such as hello@example.com, found \"{found}\"";
        /// No address of the web.
        NOT_AN_ADDRESS = "not_an_address", "expected an address such as https://example.com, found \"{found}\"";
        /// No duration.
        NOT_A_DURATION = "not_a_duration", "expected a duration such as 30m, 12h or 3d, found {found}";
        /// A duration out of range.
        DURATION_RANGE = "duration_range", "expected a duration from {from} to {to}";
        /// No instant.
        NOT_AN_INSTANT = "not_an_instant", "expected an instant such as 2026-12-01T09:00:00Z, found {found}";
        /// No language.
        NOT_A_LANGUAGE = "not_a_language", "expected languages such as de or de-AT, found \"{found}\"";
        /// No id.
        NOT_AN_ID = "not_an_id", "expected 1-64 lower-case letters, digits, - and _, beginning with a letter or digit";
        /// A document that does not exist.
        UNKNOWN_DOCUMENT = "unknown_document", "there is no {kind} \"{id}\"";
        /// A rule without a word.
        RULE_EMPTY = "rule_empty", "the text is empty; expected a condition such as traits.plan == \"pro\"";
        /// Something else in the place of a condition.
        NOT_A_CONDITION = "not_a_condition", "expected a condition, such as traits.plan == \"pro\"";
        /// Something else in the place of a value.
        NOT_A_VALUE = "not_a_value", "expected a value, such as traits.plan or \"pro\"";
        /// A word of the language that is none.
        UNKNOWN_WORD = "unknown_word", "unknown {what} `{name}`; expected one of {known}";
        /// A rule asks about a segment that is not there.
        UNKNOWN_SEGMENT = "unknown_segment", "there is no segment `{name}`";
        /// A rule asks about an event that never came.
        UNSEEN_EVENT = "unseen_event", "no event `{name}` has been seen";
        /// A rule asks about a trait that nobody has.
        UNSEEN_TRAIT = "unseen_trait", "no profile has a trait `{name}`";
        /// A rule asks about a trait that no account has.
        UNSEEN_ACCOUNT_TRAIT = "unseen_account_trait", "no account has a trait `{name}`";
        /// A rule asks about a property that none of its events has.
        UNSEEN_PROPERTY = "unseen_property", "these events have no property `{name}`";
        /// A rule compares what never is equal.
        NEVER_EQUAL = "never_equal", "`{name}` is {kind}, which never equals {value}";
        /// A rule tests what that test is not for.
        CANNOT_TEST = "cannot_test", "`{name}` is {kind}, which .{test}(…) cannot test";
        /// A rule takes a value for one of another type.
        NO_SUCH_TYPE = "no_such_type", "`{name}` is {kind}, {why}";
        /// Questions about events where only what is known of a customer can be asked.
        ASKS_ABOUT_EVENTS = "asks_about_events", "asks about events: put that into a segment and ask in_segment(\"…\")";
        /// No number between two others.
        NOT_BETWEEN = "not_between", "expected {from} to {to}";
        /// A list without anything, or with too much.
        NOT_SO_MANY = "not_so_many", "expected {from} to {to}, there are {found}";
        /// No calendar day.
        NOT_A_DATE = "not_a_date", "expected a date such as 2026-01-31";
        /// No time of the day.
        NOT_A_TIME = "not_a_time", "expected a time of the day such as 08:00";
        /// No time zone.
        UNKNOWN_ZONE = "unknown_zone", "unknown time zone \"{zone}\", expected an IANA name such as Europe/Berlin";
        /// No beginning or end of a period.
        NOT_A_BOUND = "not_a_bound", "expected a date such as 2026-01-31, a time such as 2026-01-31T08:00:00Z, or -7d, yesterday, last month";
        /// A period that ends before it begins.
        NOT_AFTER = "not_after", "must be after {at} ({found})";
        /// Something that ends before it begins, and may end on the same day.
        TOO_EARLY = "too_early", "must not be before {at} ({found})";
        /// A period of too many days.
        PERIOD_TOO_LONG = "period_too_long", "the period has {days} days, at most {max} are possible";
        /// A period of too many hours, days, weeks or months.
        TOO_MANY_BUCKETS = "too_many_buckets", "the period has more than {max} {what}; take a larger unit";
        /// A duration that is none, or longer than a year.
        NOT_A_WINDOW = "not_a_window", "expected a duration such as 7d or 36h, at most 366d, found \"{found}\"";
        /// A report of a segment that is not live.
        NO_LIVE_SEGMENT = "no_live_segment", "there is no live segment \"{id}\"";
        /// An event that looks like a slip.
        NO_EVENT_NAMED = "no_event_named", "no event named \"{name}\" was seen";
        /// Something of a report that it does not show.
        NOT_SHOWN = "not_shown", "expected a {what} that the report shows";
        /// No path to a number of a report.
        NOT_A_POINTER = "not_a_pointer", "expected a JSON pointer into the report such as /series/0/total";
        /// An address of nobody in the team.
        NOT_A_MEMBER = "not_a_member", "\"{address}\" is not the address of a member of this workspace";
        /// Something that only a report of another rhythm has.
        OTHER_RHYTHM = "other_rhythm", "only of a {rhythm} report";
        /// A tile that is not within the columns.
        OUTSIDE_COLUMNS = "outside_columns", "expected x and w within {columns} columns, w at least 1";
        /// A tile that is not within the rows.
        OUTSIDE_ROWS = "outside_rows", "expected h from 1 to 50 and y below {rows}";
        /// A tile on another one.
        TILES_OVERLAP = "tiles_overlap", "lies over items[{other}]";

        /// Two steps of one id.
        STEP_TAKEN = "step_taken", "the id \"{id}\" is taken by {place}";
        /// A way to a step that does not exist.
        NO_STEP = "no_step", "there is no step \"{step}\"";
        /// A step that no way leads to.
        STEP_UNREACHED = "step_unreached", "nothing leads to step \"{step}\"";
        /// A way round without a wait.
        ENDLESS_WAY = "endless_way", "the way back to step \"{step}\" has no wait: it would run for ever";
        /// A step that brings about what starts its journey.
        STARTS_ITSELF = "starts_itself", "step \"{step}\" brings about \"{event}\", which starts this journey: with this re-entry it would start itself again and again";
        /// An event that no step may record.
        RESERVED_EVENT = "reserved_event", "\"{event}\" is recorded by what it tells, such as a list step";
        /// It ends before it begins.
        ENDS_TOO_EARLY = "ends_too_early", "is not after starts_at";

        /// A step that sends by a channel nobody carries.
        NO_CHANNEL = "no_channel", "step \"{step}\" sends by \"{channel}\", and no live channel carries that";
        /// A step that sends a template that is not live.
        TEMPLATE_NOT_LIVE = "template_not_live", "step \"{step}\" sends the template \"{template}\", which is not live";
        /// A step that names a document that is not live.
        NOT_LIVE = "not_live", "step \"{step}\" names the {kind} \"{id}\", which is not live";
        /// Something beside the steps names a document that is not live.
        NAMES_NOT_LIVE = "names_not_live", "names the {kind} \"{id}\", which is not live";
        /// A rule that asks about a segment that is not live.
        SEGMENT_NOT_LIVE = "segment_not_live", "asks about the segment \"{id}\", which is not live";
        /// A step that starts a journey that is not live.
        STARTED_NOT_LIVE = "started_not_live", "step \"{step}\" starts the journey \"{journey}\", which is not live";
        /// A step that starts a journey that starts otherwise.
        STARTED_OTHERWISE = "started_otherwise", "\"{journey}\" starts by {trigger}; a step can start what has the trigger journey";
        /// A step that starts its own journey.
        STARTS_OWN = "starts_own", "step \"{step}\" starts its own journey again and again";
        /// A step that stops its own journey.
        STOPS_OWN = "stops_own", "step \"{step}\" stops its own journey; an `exit` step ends a run";
        /// A step that sends a template of another channel.
        OTHER_CHANNEL = "other_channel", "step \"{step}\" sends by \"{channel}\" the template \"{template}\", which is for {carried}";
        /// Its time is over before it went live.
        OVER = "over", "is over: nobody could enter";
        /// A calendar that is over.
        NEVER_AGAIN = "never_again", "{what} never comes round any more";
        /// A way round through a message that is short.
        SENDS_AGAIN = "sends_again", "step \"{step}\" sends again and again: the way back to it may take no longer than {duration}";
        /// Messages that nothing bounds.
        SENDS_UNBOUNDED = "sends_unbounded", "step \"{step}\" sends a message for every {cause}: re-entry is unbounded and nothing on the way waits";
        /// Media that no channel carries.
        NO_MEDIA = "no_media", "no live channel carries media (MMS): {channels} sends texts alone. Leave media out and link to the picture, or add a channel of kind twilio";
        /// A webhook of a segment by a channel that is none.
        NO_WEBHOOK_CHANNEL = "no_webhook_channel", "no live channel \"{id}\" of kind webhook, which the segment tells who enters and leaves";
        /// A mail that asks to confirm, and is not live.
        CONFIRM_NOT_LIVE = "confirm_not_live", "the template \"{id}\" is not live: nobody would be asked to confirm";
        /// A mail that asks to confirm, and cannot.
        CONFIRM_WITHOUT_LINK = "confirm_without_link", "the template \"{id}\" has no confirm_url: nobody could confirm";
        /// A message that asks to confirm, by another channel.
        CONFIRM_OTHER_CHANNEL = "confirm_other_channel", "the template \"{id}\" is for {carried}";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_of_a_kind_says_it_in_words_and_for_programs() {
        let problem = Problem::of("spec.name", kinds::TOO_LONG, &[("max", &200), ("found", &312)]);
        assert_eq!(problem.to_string(), "spec.name: at most 200 bytes, found 312");
        let json = serde_json::json!({
            "at": "spec.name", "message": "at most 200 bytes, found 312", "code": "too_long",
            "values": {"found": "312", "max": "200"},
        });
        assert_eq!(serde_json::to_value(&problem).unwrap(), json);
        let plain = serde_json::to_value(Problem::new("a", "b")).unwrap();
        assert_eq!(plain, serde_json::json!({"at": "a", "message": "b"}));
    }

    #[test]
    fn nothing_within_a_value_is_filled() {
        let problem = Problem::of("a", kinds::STEP_TAKEN, &[("id", &"{place}"), ("place", &"{id}")]);
        assert_eq!(problem.message, "the id \"{place}\" is taken by {id}");
    }

    #[test]
    fn codes_are_each_one() {
        for (at, kind) in kinds::ALL.iter().enumerate() {
            assert_eq!(kinds::ALL.iter().position(|k| k.code == kind.code), Some(at), "{}", kind.code);
            assert!(kind.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", kind.code);
        }
    }
}
