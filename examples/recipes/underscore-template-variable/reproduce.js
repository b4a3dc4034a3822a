"use strict";
// "variable" should be an identifier; anything else is code in the head of the compiled function.
const _ = require("underscore");

const variable = process.argv.includes("benign") ? "data" : "data = (globalThis.marker = 1)";
try {
  console.log(_.template("Hello", { variable })());
} catch (error) {
  console.log("refused:", error.message);
}
if (globalThis.marker === 1) console.log("FLAW SHOWN");
