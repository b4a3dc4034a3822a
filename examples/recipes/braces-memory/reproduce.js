"use strict";
const braces = require("braces");

const text = process.argv.includes("benign") ? "{a,b}{1..3}" : "{".repeat(50000);
try {
  console.log("patterns:", braces(text).length);
} catch (error) {
  console.log("refused:", error.message);
}
