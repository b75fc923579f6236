//! `[alerts]`: who hears by mail that something fails.

use lettre::Address;

use super::kind::{Count, List, MailAddress};
use super::section::section;

section! {
    /// Who hears by mail that a scan or a rule fails.
    pub struct Alerts {
        /// The operators' addresses.
        #[absent = "nobody"]
        #[example = r#"["ops@example.org"]"#]
        pub mail: Vec<Address> as List<MailAddress> = Vec::new();
        /// How many polls in a row something must have failed in.
        pub after: usize as Count = 3;
    }
}
