"use strict";
// A section named __proto__ sets defaults of all objects; a polluted prototype shows on every new object.
const subject = require("ini");

if (process.argv.includes("benign")) {
  console.log(subject.parse("[part]\nsize = 3\n"));
} else {
  try {
    subject.parse("[__proto__]\npolluted = marker\n");
  } catch (error) {
    console.log("refused:", error.message);
  }
}
if ({}.polluted !== undefined) console.log("FLAW SHOWN");
