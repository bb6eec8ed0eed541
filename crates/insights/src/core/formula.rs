//! Arithmetic over the series of a trend: `A / B * 100`.

/// The most series a formula can name: `A` to `J`.
pub const MAX_SERIES: usize = 10;
/// The longest formula, in bytes.
const MAX_BYTES: usize = 200;
/// The deepest brackets.
const MAX_DEPTH: usize = 16;

/// A formula, read.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// A constant.
    Number(f64),
    /// A series, from 0.
    Series(usize),
    /// The opposite.
    Minus(Box<Formula>),
    /// Two values and what to do with them: `+ - * /`.
    Two(Box<Formula>, char, Box<Formula>),
}

impl Formula {
    /// Reads a formula over `series` series, which are called `A`, `B`, …
    ///
    /// # Errors
    /// What was expected, and where.
    pub fn parse(text: &str, series: usize) -> Result<Formula, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("at most {MAX_BYTES} characters are possible"));
        }
        let mut reader = Reader { text, at: 0, series, depth: 0 };
        let formula = reader.sum()?;
        match reader.peek() {
            None => Ok(formula),
            Some(c) => Err(format!("expected + - * / or the end at character {}, found {c:?}", reader.at + 1)),
        }
    }

    /// Its value where the series have these; none where a value is missing or zero divides.
    #[must_use]
    pub fn value(&self, series: &dyn Fn(usize) -> Option<f64>) -> Option<f64> {
        let value = match self {
            Formula::Number(n) => *n,
            Formula::Series(at) => series(*at)?,
            Formula::Minus(inner) => -inner.value(series)?,
            Formula::Two(left, op, right) => {
                let (left, right) = (left.value(series)?, right.value(series)?);
                match op {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ if right == 0.0 => return None,
                    _ => left / right,
                }
            }
        };
        value.is_finite().then_some(value)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    series: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        let skipped = rest.len() - rest.trim_start().len();
        self.at += skipped;
        self.text[self.at..].chars().next()
    }

    fn sum(&mut self) -> Result<Formula, String> {
        self.chain(&['+', '-'], Self::product)
    }

    fn product(&mut self) -> Result<Formula, String> {
        self.chain(&['*', '/'], Self::part)
    }

    fn chain(&mut self, ops: &[char], part: fn(&mut Self) -> Result<Formula, String>) -> Result<Formula, String> {
        let mut left = part(self)?;
        while let Some(op) = self.peek().filter(|c| ops.contains(c)) {
            self.at += 1;
            left = Formula::Two(Box::new(left), op, Box::new(part(self)?));
        }
        Ok(left)
    }

    fn part(&mut self) -> Result<Formula, String> {
        let expected = "expected a series (A, B, …), a number or a bracket";
        let Some(c) = self.peek() else { return Err(format!("{expected} at the end")) };
        match c {
            '-' | '(' => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(format!("at most {MAX_DEPTH} brackets within brackets are possible"));
                }
                self.at += 1;
                let inner = if c == '-' { Formula::Minus(Box::new(self.part()?)) } else { self.bracket()? };
                self.depth -= 1;
                Ok(inner)
            }
            'A'..='Z' => {
                self.at += 1;
                let at = c as usize - 'A' as usize;
                if at >= self.series {
                    let last = (b'A' + (self.series.clamp(1, 26) - 1) as u8) as char;
                    return Err(format!("there is no series {c}, the last is {last}"));
                }
                Ok(Formula::Series(at))
            }
            _ => {
                let rest = &self.text[self.at..];
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                let number = rest[..end].parse::<f64>();
                let number = number.map_err(|_| format!("{expected} at character {}, found {c:?}", self.at + 1))?;
                self.at += end;
                Ok(Formula::Number(number))
            }
        }
    }

    fn bracket(&mut self) -> Result<Formula, String> {
        let inner = self.sum()?;
        if self.peek() != Some(')') {
            return Err(format!("expected ) at character {}", self.at + 1));
        }
        self.at += 1;
        Ok(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas() {
        let series = |at: usize| [Some(6.0), Some(4.0), None, Some(0.0)][at];
        for (text, expected) in [
            ("A / B * 100", Some(150.0)),
            ("A+B*2", Some(14.0)),
            ("(A + B) * -2", Some(-20.0)),
            ("A - B - 1", Some(1.0)),
            ("-A + .5", Some(-5.5)),
            ("A / D", None),
            ("A * C", None),
            ("1 / (A - 6)", None),
        ] {
            assert_eq!(Formula::parse(text, 4).unwrap().value(&series), expected, "{text}");
        }
        for (text, expected) in [
            ("", "expected a series (A, B, …), a number or a bracket at the end"),
            ("A %", "expected + - * / or the end at character 3, found '%'"),
            ("A / E", "there is no series E, the last is D"),
            ("(A + B", "expected ) at character 7"),
            ("A * ä", "expected a series (A, B, …), a number or a bracket at character 5, found 'ä'"),
        ] {
            assert_eq!(Formula::parse(text, 4).unwrap_err(), expected);
        }
        assert!(Formula::parse(&"(".repeat(100), 1).is_err());
    }
}
