"use strict";
// An operating system command sequence of semicolons that never ends.
const subject = require("ansi-regex");

const size = Number(process.argv[2]);
const benign = process.argv.includes("benign");
const text = benign ? "\u001b[31mred\u001b[0m" : "\u001B[" + ";".repeat(size) + "!";
console.log("length:", text.replace(subject(), "").length);
