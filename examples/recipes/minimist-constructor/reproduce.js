"use strict";
// An argument writes to the prototype of all functions; a polluted prototype shows on every new object.
const subject = require("minimist");

if (process.argv.includes("benign")) {
  console.log(subject(["--a.b", "1", "rest"]));
} else {
  try {
    subject(["--_.concat.constructor.prototype.polluted", "marker"]);
    if ((() => 0).polluted !== undefined) console.log("FLAW SHOWN");
  } catch (error) {
    console.log("refused:", error.message);
  }
}
if ({}.polluted !== undefined) console.log("FLAW SHOWN");
