-- What all data centers share: clients, portals' places, who is at home where.

-- The byte is carried by every identifier the data center makes; assigned once, never reused.
CREATE TABLE data_centers (
    location TEXT NOT NULL PRIMARY KEY,
    byte BIGINT NOT NULL UNIQUE
);

-- Server keys shared by all data centers.
CREATE TABLE keys (
    name TEXT NOT NULL PRIMARY KEY,
    value {blob} NOT NULL,
    created_at BIGINT NOT NULL
);

-- Lists are kept one item a line.
CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    client_type TEXT NOT NULL,
    name TEXT NOT NULL,
    homepage_url TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    javascript_domains TEXT NOT NULL,
    owner TEXT NOT NULL,
    data_centers TEXT NOT NULL,
    same_secret BOOLEAN NOT NULL,
    scopes TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX clients_by_owner ON clients (owner, name);

-- location '' is every data center.
CREATE TABLE client_secrets (
    client_id TEXT NOT NULL,
    location TEXT NOT NULL,
    hash {blob} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, location, hash)
);

-- Which data centers know an e-mail address. An address may be at home in several.
CREATE TABLE homes (
    email TEXT NOT NULL,
    location TEXT NOT NULL,
    PRIMARY KEY (email, location)
);

CREATE TABLE portals (
    id TEXT NOT NULL PRIMARY KEY,
    location TEXT NOT NULL
);

CREATE TABLE scopes (
    name TEXT NOT NULL PRIMARY KEY,
    description TEXT NOT NULL
);
