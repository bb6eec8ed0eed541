//! What happens before the parser (limits that keep its recursion shallow) and after it fails (plain words).

use cel::ParseErrors;
use rapport_domain::{Problem, kinds};

use crate::limits::{MAX_NESTING, MAX_OPEN_STEPS, MAX_TEXT_BYTES};

/// Refuses texts that are empty, too long, or nested too deeply for the parser's recursion.
pub(super) fn check(text: &str) -> Result<(), Vec<Problem>> {
    if text.len() > MAX_TEXT_BYTES {
        let message = format!("the text has {} bytes; a rule may have {MAX_TEXT_BYTES}", text.len());
        return Err(vec![Problem::new("1:1", message)]);
    }
    if text.trim().is_empty() {
        return Err(vec![Problem::of("1:1", kinds::RULE_EMPTY, &[])]);
    }
    let mut scan = Scan { chars: text.chars().collect(), at: 0, line: 1, column: 1, open: vec![0], steps: 0 };
    scan.run().map_err(|message| vec![Problem::new(format!("{}:{}", scan.line, scan.column), message)])
}

/// A walk over the text that counts what the parser would recurse on. It need not understand the text: a wrong guess
/// about malformed text only changes which error is reported.
struct Scan {
    chars: Vec<char>,
    at: usize,
    line: u32,
    column: u32,
    /// For each open bracket the steps counted within it.
    open: Vec<usize>,
    /// All steps of `open`.
    steps: usize,
}

impl Scan {
    fn run(&mut self) -> Result<(), String> {
        while let Some(c) = self.next() {
            match c {
                '"' | '\'' | '`' => self.skip_quoted(c)?,
                '/' if self.peek() == Some('/') => while self.next().is_some_and(|c| c != '\n') {},
                '(' | '[' | '{' => {
                    self.step()?;
                    self.open.push(0);
                    if self.open.len() > MAX_NESTING + 1 {
                        return Err(format!("brackets are nested deeper than {MAX_NESTING}"));
                    }
                }
                ')' | ']' | '}' if self.open.len() > 1 => {
                    self.steps -= self.open.pop().unwrap_or(0);
                }
                // `&&`, `||` and lists hardly deepen the tree.
                '&' | '|' if self.peek() == Some(c) => {
                    self.next();
                    self.forget();
                }
                ',' => self.forget(),
                '.' | '+' | '-' | '*' | '/' | '%' | '<' | '>' | '=' | '!' | '?' | ':' => self.step()?,
                'i' if self.peek() == Some('n') => self.step()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn forget(&mut self) {
        if let Some(count) = self.open.last_mut() {
            self.steps -= std::mem::take(count);
        }
    }

    fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        if let Some(count) = self.open.last_mut() {
            *count += 1;
        }
        if self.steps > MAX_OPEN_STEPS {
            return Err(format!("the expression has more than {MAX_OPEN_STEPS} operators and members open at once"));
        }
        Ok(())
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        if c == '\n' {
            (self.line, self.column) = (self.line + 1, 1);
        } else {
            self.column += 1;
        }
        Some(c)
    }

    /// To the end of a quoted text, by CEL's own rules: what is taken for quoted here must be so for the parser too.
    fn skip_quoted(&mut self, quote: char) -> Result<(), String> {
        let start = (self.line, self.column - 1);
        let raw = self.raw_prefix()?;
        let triple = quote != '`' && self.peek() == Some(quote) && self.chars.get(self.at + 1) == Some(&quote);
        if triple {
            self.next();
            self.next();
        }
        loop {
            match self.next() {
                Some('\\') if quote != '`' && !raw => self.skip_escape()?,
                Some(c) if c == quote && !triple => return Ok(()),
                Some(c) if c == quote && self.chars[self.at..].starts_with(&[quote, quote]) => {
                    self.next();
                    self.next();
                    return Ok(());
                }
                Some(c) if quote == '`' && !(c.is_ascii_alphanumeric() || "_.-/ ".contains(c)) => {
                    return Err(format!("`{c}` cannot stand in a quoted name; write [\"…\"] instead"));
                }
                Some('\n' | '\r') if !triple => break,
                Some(_) => {}
                None => break,
            }
        }
        (self.line, self.column) = start;
        Err(format!("the text quoted by {quote} is not closed"))
    }

    /// Whether the quote just read begins a raw text: `r"…"`. No other word may touch a quote.
    fn raw_prefix(&self) -> Result<bool, String> {
        let before = &self.chars[..self.at.saturating_sub(1)];
        let word: String = before.iter().rev().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
        match word.to_ascii_lowercase().as_str() {
            "" | "b" => Ok(false),
            "r" | "rb" => Ok(true), // the word is read backwards: `rb` stands for the prefix `br`
            _ => Err("expected an operator before the quoted text".to_owned()),
        }
    }

    fn skip_escape(&mut self) -> Result<(), String> {
        let c = self.next().ok_or("the rule ends within a quoted text")?;
        let (digits, radix) = match c {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '"' | '\'' | '\\' | '?' | '`' => return Ok(()),
            'x' | 'X' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='3' => (2, 8),
            c => return Err(format!("unknown escape `\\{c}`; write `\\\\` for a backslash")),
        };
        for _ in 0..digits {
            if !self.peek().is_some_and(|c| c.is_digit(radix)) {
                return Err(format!("the escape `\\{c}` needs {digits} more digits"));
            }
            self.next();
        }
        Ok(())
    }
}

/// The parser's errors in plain words. Only the first: those after it follow from it.
pub(super) fn explain(errors: &ParseErrors) -> Vec<Problem> {
    let Some(first) = errors.errors.first() else { return vec![Problem::new("1:1", "the text is not a rule")] };
    let at = format!("{}:{}", first.pos.0.max(1), first.pos.1.max(1));
    let message = first.msg.strip_prefix("Syntax error: ").unwrap_or(&first.msg);
    vec![Problem::new(at, plain(message))]
}

fn plain(message: &str) -> String {
    let found = |rest: &str| {
        let token = rest.trim().trim_matches('\'').trim();
        if token == "<EOF>" { "the end of the rule".to_owned() } else { format!("`{token}`") }
    };
    if let Some(rest) = message.strip_prefix("mismatched input ") {
        let (token, expected) = rest.split_once(" expecting ").unwrap_or((rest, ""));
        if expected.contains("IDENTIFIER") {
            return format!("expected a value, found {}", found(token));
        }
        return format!("expected one of {}, found {}", expected.trim_matches(['{', '}']), found(token));
    }
    if let Some(rest) = message.strip_prefix("extraneous input ") {
        let (token, expected) = rest.split_once(" expecting ").unwrap_or((rest, ""));
        let wanted = if expected.contains("IDENTIFIER") { "a value" } else { "an operator such as && or the end" };
        return format!("expected {wanted}, found {}", found(token));
    }
    if let Some(rest) = message.strip_prefix("missing ") {
        let (wanted, token) = rest.split_once(" at ").unwrap_or((rest, ""));
        return format!("expected `{}`, found {}", wanted.trim_matches('\''), found(token));
    }
    if let Some(rest) = message.strip_prefix("token recognition error at: ") {
        let token = rest.strip_prefix('\'').and_then(|r| r.strip_suffix('\'')).unwrap_or(rest);
        return match token.chars().next() {
            Some('=') => "a single `=`; expected `==` to compare".to_owned(),
            Some('&' | '|') => "expected `&&` or `||`".to_owned(),
            Some('"' | '\'' | '`') => "a quoted text is not closed, or has an unknown escape after `\\`".to_owned(),
            _ => format!("unexpected `{}`", token.trim()),
        };
    }
    if let Some(rest) = message.strip_prefix("no viable alternative at input ") {
        return format!("cannot be understood at {}", found(rest));
    }
    if message.contains("UNKNOWN") || message.contains("ecursion") {
        return "the expression is nested too deeply or cannot be understood".to_owned();
    }
    message.to_owned()
}
