//! The tree: nodes that point into the source, which the template keeps.

use crate::filters::Filter;

/// A piece of the source, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        // The length of a template is bounded far below 4 GiB before anything is read.
        Span { start: start as u32, end: end as u32 }
    }

    pub(crate) fn of<'s>(&self, source: &'s str) -> &'s str {
        source.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A block's content.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) nodes: Box<[Node]>,
    /// It shows nothing but white space.
    pub(crate) blank: bool,
}

#[derive(Debug)]
pub(crate) enum Node {
    Text(Span),
    Output(Box<Output>),
    Assign(Box<Assign>),
    Capture(Box<Capture>),
    If(Box<[Branch]>),
    Case(Box<Case>),
    For(Box<For>),
    TableRow(Box<For>),
    Break,
    Continue,
    Cycle(Box<Cycle>),
    Increment(Span),
    Decrement(Span),
    IfChanged(Box<Body>),
    Include(Box<Partial>),
    Render(Box<Partial>),
    Abort(Box<Output>),
    CatalogItems(Box<CatalogItems>),
}

/// `{{ value }}` and `{% echo value %}`.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) value: Filtered,
    pub(crate) at: u32,
}

#[derive(Debug)]
pub(crate) struct Assign {
    pub(crate) name: Span,
    pub(crate) value: Filtered,
}

#[derive(Debug)]
pub(crate) struct Capture {
    pub(crate) name: Span,
    pub(crate) body: Body,
}

/// One way through `if` or `unless`; `else` has no condition.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) condition: Option<Condition>,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) subject: Expr,
    pub(crate) arms: Box<[Arm]>,
}

/// One `when`, or an `else`, which has no values.
#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) values: Option<Box<[Expr]>>,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) struct For {
    pub(crate) variable: Span,
    pub(crate) collection: Expr,
    /// The collection as written: half of the loop's name.
    pub(crate) written: Span,
    pub(crate) reversed: bool,
    pub(crate) limit: Option<Expr>,
    pub(crate) offset: Option<Offset>,
    pub(crate) cols: Option<Expr>,
    pub(crate) body: Body,
    pub(crate) otherwise: Option<Body>,
    pub(crate) at: u32,
}

#[derive(Debug)]
pub(crate) enum Offset {
    Continue,
    By(Expr),
}

#[derive(Debug)]
pub(crate) struct Cycle {
    pub(crate) name: Option<Expr>,
    pub(crate) values: Box<[Expr]>,
    /// The values as written, which name a cycle without a name.
    pub(crate) written: Span,
}

/// `include` and `render`.
#[derive(Debug)]
pub(crate) struct Partial {
    pub(crate) name: Expr,
    pub(crate) with: Option<Expr>,
    /// `for`: once for each member.
    pub(crate) each: bool,
    pub(crate) alias: Option<Span>,
    pub(crate) arguments: Box<[(Span, Expr)]>,
    /// What it shows, when that is written out here instead of looked up.
    pub(crate) own: Option<Body>,
    pub(crate) at: u32,
}

#[derive(Debug)]
pub(crate) struct CatalogItems {
    pub(crate) catalog: Span,
    pub(crate) keys: Box<[Expr]>,
    pub(crate) at: u32,
}

#[derive(Debug)]
pub(crate) enum Condition {
    Truth(Expr),
    Compare(Box<(Expr, Operator, Expr)>, u32),
    /// Conditions with how each is joined to all that follow; they group from the right.
    Chain(Box<[(Condition, Join)]>),
    Not(Box<Condition>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    And,
    Or,
    /// Nothing follows.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

/// A value and what is done to it.
#[derive(Debug)]
pub(crate) struct Filtered {
    pub(crate) value: Expr,
    pub(crate) filters: Box<[Call]>,
}

/// One filter with its arguments.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) name: Span,
    pub(crate) filter: Callee,
    pub(crate) arguments: Box<[Expr]>,
    pub(crate) named: Box<[(Span, Expr)]>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Callee {
    Known(&'static Filter),
    Host,
    /// Unknown and let through: passes its input on.
    Unknown,
}

#[derive(Debug)]
pub(crate) enum Expr {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Span),
    Empty,
    Blank,
    Range(Box<(Expr, Expr)>),
    /// A variable by its name alone.
    Name(Span),
    Path(Box<Path>),
}

#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) root: Root,
    pub(crate) steps: Box<[Step]>,
    /// The whole as written.
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Root {
    Name(Span),
    /// `[expression]`: the variable with that name.
    Indirect(Expr),
}

#[derive(Debug)]
pub(crate) enum Step {
    /// `.name`, which also knows `size`, `first` and `last`.
    Name(Span),
    /// `[expression]`.
    Index(Expr),
}
