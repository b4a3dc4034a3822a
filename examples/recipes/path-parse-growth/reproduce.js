"use strict";
// A path that starts with a name of so many dots.
const subject = require("path-parse");

const size = Number(process.argv[2]);
const benign = process.argv.includes("benign");
const text = benign ? "/a/b/c.txt" : ".".repeat(size) + "/\n/x";
console.log("base:", JSON.stringify(subject.posix(text).base));
