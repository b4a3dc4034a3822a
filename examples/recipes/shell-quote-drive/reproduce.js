"use strict";
// A quoted argument must not contain a backtick without a backslash or quotes around it; no shell is started.
const { quote } = require("shell-quote");

const text = quote(process.argv.includes("benign") ? ["plain", "a b"] : [":`:`id``:`"]);
console.log("quoted:", text);
if (/(^|[^\\'])`/.test(text) && !text.startsWith("'")) console.log("FLAW SHOWN");
