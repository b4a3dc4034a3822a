"use strict";
// An outsider's document with an inherited flag; JSON.parse would keep __proto__ as a plain key.
const JSON5 = require("json5");

const text = process.argv.includes("benign") ? "{name: 'a'}" : "{name: 'a', __proto__: {admin: true}}";
const user = JSON5.parse(text);
console.log("keys:", Object.keys(user), "admin:", user.admin);
if (user.admin === true && !Object.keys(user).includes("admin")) console.log("FLAW SHOWN");
