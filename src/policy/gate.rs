//! What a push to a guarded ref comes from, and whether the policy lets dependency changes pass there.
//!
//! Plain data: `scope` fills it in from the repository, the push rules turn it into findings.

/// The ref update that a gate stands before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The remote as the user names it, credentials removed.
    pub remote: Vec<u8>,
    /// The full name of the ref on the remote, as in `refs/heads/main`.
    pub reference: Vec<u8>,
    /// What the user pushes, as typed or as git resolved it.
    pub source: Vec<u8>,
}

impl Target {
    /// The ref as people write it: without `refs/heads/`.
    pub fn short(&self) -> &[u8] {
        short(&self.reference)
    }
}

/// A ref name as people write it: without `refs/heads/`.
pub fn short(name: &[u8]) -> &[u8] {
    name.strip_prefix(b"refs/heads/").unwrap_or(name)
}

/// What stands between a change and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Nothing: not a push, or the ref is not guarded.
    Open,
    /// The source is allowed to bring dependency changes.
    Allowed(Target, Permit),
    /// The source may not bring dependency changes; everything else passes.
    Closed(Target, Closed),
    /// The push deletes the guarded ref.
    Deletion(Target),
    /// What the guarded ref holds now is not in this clone.
    UnknownBase(Target),
    /// What is pushed is no commit; the text says what it is.
    NotACommit(Target, &'static str),
    /// A server's, which sees no source, only what arrives.
    Received(Target, Arrival),
    /// A CI job's, which sees what is proposed for a branch or has just landed on it.
    Proposed(Target, Proposal),
}

/// What a CI job sees of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// A pull request into a guarded branch.
    Request(Request),
    /// A push, a merge queue, or a request into a branch that is not guarded: its content alone is judged.
    Content,
}

/// A pull request into a guarded branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whether it bears the label that the policy asks for.
    pub labelled: bool,
    /// Where its commits come from.
    pub head: RequestHead,
    /// Where its label is given.
    pub page: Page,
    /// The first mistake of the policy that the branch holds now, where it cannot be read.
    pub untold: Option<String>,
}

/// Where the commits of a pull request come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestHead {
    /// A branch of the same repository (full name).
    Branch(Vec<u8>),
    /// A branch of somebody else's repository (full name): its name says nothing.
    Fork(Vec<u8>),
    /// Nobody said.
    Unknown,
}

/// Where a pull request has its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// GitHub, with the request's number.
    GitHub(u64),
    /// GitLab, with the number inside the project.
    GitLab(u64),
    /// The command line.
    Arguments,
}

/// What arrives at a server for a guarded ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A commit: what it changes must stand on an allowed branch, too.
    Commit(Arriving),
    /// Nothing: the ref is to go.
    Deletion {
        /// The name under which the server keeps it.
        stored: Vec<u8>,
    },
    /// Something that is no commit; the text says what it is.
    NotACommit(&'static str),
}

/// A commit that arrives at a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arriving {
    /// Its full id.
    pub tip: String,
    /// Refs of the server whose names a new branch must not take (full names).
    pub taken: Vec<Vec<u8>>,
    /// The first mistake of the policy that the ref holds now, where it cannot be read and what arrives does not bring
    /// one that stands on an allowed branch.
    pub untold: Option<String>,
}

/// Why a source is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permit {
    /// It is an allowed branch.
    Branch,
    /// It has no name of its own, and this allowed branch points exactly at what is pushed.
    SameTip(Vec<u8>),
}

/// Why a source is not allowed, and what would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// What the source is.
    pub why: Unfit,
    /// Allowed local branches that point exactly at what is pushed (full names).
    pub holders: Vec<Vec<u8>>,
    /// What a new sandbox branch would begin at: what is pushed, as a full id.
    pub tip: String,
    /// Refs that have a sandbox branch's kind of name (full names).
    pub taken: Vec<Vec<u8>>,
}

/// What an unfit source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// A branch that is not on the policy's list (full name).
    Branch(Vec<u8>),
    /// A symbolic ref whose name is on the list and whose target is not (full names).
    SymbolicRef {
        /// Its name.
        name: Vec<u8>,
        /// What it points to.
        target: Vec<u8>,
    },
    /// A tag (full name).
    Tag(Vec<u8>),
    /// A remote-tracking branch while `remote-sources` is off, or one that is not on the list (full name).
    RemoteBranch(Vec<u8>),
    /// A detached HEAD that no allowed branch points to.
    Detached,
    /// An expression or an id that no allowed branch points to.
    Expression,
}
