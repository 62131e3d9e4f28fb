//! Data to bytes, pure: the clock, the version and the width of the terminal come in as arguments.

pub mod human;
