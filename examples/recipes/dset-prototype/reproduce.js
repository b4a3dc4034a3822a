"use strict";
// A path of arrays passes the check for __proto__; a polluted prototype shows on every new object.
const subject = require("dset");

if (process.argv.includes("benign")) {
  const o = {};
  subject.dset(o, "a.b", 1);
  console.log(o);
} else {
  try {
    subject.dset({}, [["__proto__"], "polluted"], "marker");
  } catch (error) {
    console.log("refused:", error.message);
  }
}
if ({}.polluted !== undefined) console.log("FLAW SHOWN");
