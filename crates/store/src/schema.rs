//! The two schemas: what all data centers share, and what each keeps for itself. Forward only; a migration
//! that was released is never edited.

use crate::Migrations;

/// The directory's tables.
pub static DIRECTORY: Migrations = Migrations {
    name: "directory",
    files: &[
        ("0001_first", include_str!("../migrations/directory/0001_first.sql")),
        ("0002_whole_protocol", include_str!("../migrations/directory/0002_whole_protocol.sql")),
        ("0003_console", include_str!("../migrations/directory/0003_console.sql")),
        ("0004_admin_token_names", include_str!("../migrations/directory/0004_admin_token_names.sql")),
    ],
};

/// A data center's tables.
pub static DATA_CENTER: Migrations = Migrations {
    name: "data_center",
    files: &[
        ("0001_first", include_str!("../migrations/data_center/0001_first.sql")),
        ("0002_whole_protocol", include_str!("../migrations/data_center/0002_whole_protocol.sql")),
        ("0003_console", include_str!("../migrations/data_center/0003_console.sql")),
    ],
};
