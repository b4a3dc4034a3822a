"use strict";
// A run of blanks between two letters.
const subject = require("trim");

const size = Number(process.argv[2]);
const benign = process.argv.includes("benign");
const text = benign ? "  a  " : "a" + " ".repeat(size) + "b";
console.log("length:", subject(text).length);
