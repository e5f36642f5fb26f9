const { createHash } = require('node:crypto');

/** What `sha.js` is, by Node's own hashes. @param kind e.g. `sha256` */
module.exports = (kind) => createHash(kind);
