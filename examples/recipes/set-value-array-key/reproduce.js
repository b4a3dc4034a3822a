"use strict";
// An array as part of the path passes the check; a polluted prototype shows on every new object.
const subject = require("set-value");

if (process.argv.includes("benign")) {
  console.log(subject({}, "a.b", 1));
} else {
  try {
    subject({}, [["__proto__"], "polluted"], "marker");
  } catch (error) {
    console.log("refused:", error.message);
  }
}
if ({}.polluted !== undefined) console.log("FLAW SHOWN");
