"use strict";
// A comparator and so many spaces; the parser should say at once that it is none.
const subject = require("semver");

const size = Number(process.argv[2]);
const benign = process.argv.includes("benign");
const text = benign ? ">=1.2.3 <2.0.0" : ">= " + " ".repeat(size) + "!";
console.log("range:", subject.validRange(text));
