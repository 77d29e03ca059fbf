//! The wiring of a clone, driven through the library's public face with the real git in scratch repositories, whose
//! names are as awkward as names can be.
#![cfg(unix)]

#[cfg(test)]
mod adopt;
#[cfg(test)]
mod chain;
#[cfg(test)]
mod config;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod install;
#[cfg(test)]
mod install_sh;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod layout;
#[cfg(test)]
mod shim;
#[cfg(test)]
mod support;
