#!/usr/bin/env node
// Built by `npm ci` (script "prepare") and again by every `npm start`.
require('../dist/src/cli.js');
