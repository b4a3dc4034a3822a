"use strict";
// A Cache-Control header with a long run of blanks.
const subject = require("http-cache-semantics");

const size = Number(process.argv[2]);
const benign = process.argv.includes("benign");
const value = benign ? "max-age=60, public" : "a" + " ".repeat(size) + "a";
const policy = new subject({ headers: { "cache-control": value } }, { status: 200, headers: {} });
console.log("storable:", policy.storable());
